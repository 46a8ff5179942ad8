"""Words that say nothing about a problem, by language: function words, and the courtesies of a letter to support."""

EN = """
a about actually after again all already also always am an and another any anybody anyone anything are as at be
because been before being between both but by can could did do does doing done during each either else ever every
few for from further get gets getting give go going gonna good got had has have having he hello help her here hers
hey hi him his how however i i'd i'll i'm i've id if im in into is it it's its itself ive just kindly know let let's
like look looking lot made make many may maybe me might mine more most much must my myself near need needs new no
nor now of off ok okay on once one ones only or other our ours out over own please possible question quite really
regards right said same say see seem seems she should since so some somebody someone something still such sure take
than thank thanks that that's the their them then there there's these they they're thing things think this those
through til till to too tell tried try trying under until up us use used using very want wanted wants was way we
we'd we'll we're we've well were what what's when where which while who whom whose why will wish with within without
wondering would yes yet you you'd you'll you're you've your yours dear sincerely anymore able team today yesterday
currently recently somehow issue problem looks keep keeps don't doesn't didn't isn't aren't wasn't can't won't
couldn't hasn't haven't hadn't cannot dont doesnt didnt isnt cant wont not appear appears best cheers advance
greatly appreciated understand
"""

RU = """
а без более больше будет будто бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до
добрый день его ее её ей если есть еще ещё же за здравствуйте здесь и из или им их к как какая какой когда кто ли
либо лучше между меня мне может можно мой моя мои моё мы на над надо наш не него нее ней нет ни нибудь них ничего но
ну о об один она они оно он от очень по под подскажите пожалуйста помогите после почему при привет про просто раз с
сам сейчас со спасибо так также такой там те тем теперь то тогда того тоже только том тот ту ты у уже уважением
хорошо хочу чего чем через что чтоб чтобы эта эти это этого этой этом этот я вообще вопрос проблема прошу нужно
снова опять которая который которые мою моего моей
"""

SV = """
alla allt att av bara behöver blev bli blir blivit både de dem den denna dess det detta dig din dina ditt du där då
efter ej eller en er ert ett finns fick fram från får få för gör göra ha hade han har hej hela hennes hjälp hon
honom hos hur här i igen inga ingen inget innan inte ja jag ju kan kanske kommer kunde lite man med men mer mig min
mina mitt mot mycket måste ni nu när nån något några och också om oss på sedan ser sig sin sina sitt ska skulle som
så sådan tack till under upp ut utan vad var vara varför vart vi vid vilka vilken vill vår våra än ännu är över
hälsningar mvh snälla tacksam fortfarande problem fråga
"""

IT = """
a abbiamo ad agli ai al alla alle allo anche ancora avete aveva avevo avere bene buongiorno buonasera c'è che chi ci
ciao come con cosa così cui da dal dalla dalle dei del della delle dello di dopo dove e ed era ero essere fa fare
fatto già gli grazie ha hai hanno ho i il in io la le lei lo loro lui ma me mi mia mie miei mio molto nei nel nella
nelle no noi non nostra nostro o ogni ora per perché perchè piu più poi però può posso prima qual quale quando
quanto quella quello questa questo questi qui quindi sarà se sei senza si sia sono sta stata stato su sua sul sulla
suo suoi tra tu tua tuo tutti tutto un una uno vi voi vorrei è aiuto salve saluti cordiali problema domanda sempre
riesco devo
"""

DE = """
aber alle allem allen alles als also am an auch auf aus bei beim bin bis bitte bitten da danke dann das dass dein
dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen
einer eines er es etwas euch für gegen geht gibt grüße gruß gut guten habe haben hallo hat hatte hätte hier hilfe
ich ihm ihn ihnen ihr ihre ihrem ihren im immer in ins ist ja jede jeder jetzt kann kein keine keinen können könnte
leider machen man mehr mein meine meinem meinen meiner mich mir mit muss nach nicht nichts noch nun nur ob oder ohne
schon sehr sein seine seit sich sie sind so soll sollte sondern tag trotz um und uns unser unter vom von vor wann
war waren warum was weil weiter welche wenn werde werden wer wie wieder will wir wird wo wurde würde zu zum zur zwar
über problem frage freundlichen mfg damen herren geehrte
"""

FR = """
a ai ainsi alors après au aucun aussi autre aux avec avez avoir avons bonjour bonsoir c'est ça car ce cela ces cet
cette ceux chez ci comme comment cordialement d'un d'une dans de depuis des deux donc du déjà elle elles en encore
est et eu fait faire fois il ils j'ai je jusque l' la le les leur lors lui là ma mais me merci mes moi mon même n'ai
n'est ne ni nos notre nous on ont ou où par parce pas peu peut peux plus pour pourquoi pouvez qu' qu'il quand que
quel quelle qui quoi sa salut sans se sera ses si son sont sous sur svp ta te tes toi ton toujours tous tout toute
toutes très tu un une votre vos vous y à était été être aide problème question s'il plaît suis dois veux
"""

ES = """
a al algo alguna alguno ante antes aquí así aunque ayuda bien buenas buenos cada como cómo con cual cuál cuando
cuándo de del desde dice donde dónde dos días e el ella ellas ellos en entre era eres es esa ese eso esta está están
estas este esto estos estoy fue gracias ha hace hacer han hasta hay he hola la las le les lo los luego mas me mi mis
mucho muy más mí nada ni no nos nosotros nuestra nuestro o os otra otro para pero poder poco podría por porque qué
puede puedo pues que quien quiero se sea ser si sido siempre sin sobre son soy su sus sí también tan tarde tengo
tiene tienen toda todas todo todos tu tus un una uno unos usted ustedes ya yo y él saludos favor problema pregunta
debo necesito
"""

NL = """
aan af al alle alleen als altijd andere ben bent bij dan dank dankjewel dat de deze die dit doe doen door dus een
eens en er even geen goed goede goedemiddag goedemorgen graag groet groeten had hallo heb hebben heeft help helpen
het hier hoe hoi hulp ik in is ja je jij jouw jullie kan krijg kun kunnen kunt maar maken me meer met mij mijn mijne
moet moeten na naar niet niets nog nu of om omdat ons onze ook op over probleem sinds steeds te toch toen tot uit uw
u van vanaf vandaag veel via volgens voor vraag waar waarom wanneer want waren was wat we weer wel werd weten wie
wij wil worden wordt zal ze zich zij zijn zo zonder zou zouden alvast bedankt beste geachte vriendelijke weet
"""

DA = """
af alle allerede alt altid at bare blev blive bliver da de dem den denne der deres det dette dig din dine dit dog du
efter eller en end er et fik for fordi forstår fra få får før gerne god goddag gør gøre ha han har havde have hej
hende her hjælp hjælpe hun hvad hvem hver hvis hvor hvordan hvorfor i igen ikke ind ingen intet jeg jeres kan kun
kunne lige man med meget men mener mere mig min mine mit mod må måske ned nogen noget nogle nu når ny og også om op
os over på problem rigtigt sig sin skal skulle som spørgsmål så sådan tak tidligere til under ud uden var ved vi vil
ville vores være været endnu siden venlig hilsen mvh kære
"""

NO = """
alle allerede alltid at av bare ble bli blir da de dem den denne der deres det dette din dine ditt du dere eller en
enn er et etter fikk for fordi fra få får før gjerne god gjør gjøre ha hadde han har hei hjelp hjelpe hun hva hvem
hver hvis hvor hvordan hvorfor i igjen ikke inn ingen jeg kan kun kunne man med meg mer meget men min mine mitt mot
mye må nei noe noen nå når og også om opp oss over på problem seg sin skal skulle slik som spørsmål så takk til under
ut uten var ved vi vil ville vår være vært ennå siden vennlig hilsen mvh kjære
"""

PT = """
a agora ainda algo alguém algum alguma ao aos apenas aqui as assim até ajuda boa bom cada com como conseguir consigo
continua cordialmente da das de dele depois desde dia dias do dos e ela ele eles em então entre era essa esse esta
está estão estar estava este estou eu faz fazer favor foi foram for gostaria há isso isto já lhe lá mais mas me
mesmo meu meus minha minhas muito na nada nas nem no nos nossa nosso num numa não o obrigada obrigado olá onde os ou
outra outro para pela pelo pergunta poder pode podem por porque porquê posso pois preciso problema qual quando que
quem quero se sem sempre ser seu seus sim sobre sou sua suas são só também tarde tem tenho ter teu toda todas todo
todos tudo um uma uns vez você vocês é à às cumprimentos atenciosamente prezados caros
"""

BY_LANGUAGE = {
    language: frozenset(words.split())
    for language, words in {
        "en": EN,
        "ru": RU,
        "sv": SV,
        "it": IT,
        "de": DE,
        "fr": FR,
        "es": ES,
        "nl": NL,
        "da": DA,
        "no": NO,
        "pt": PT,
    }.items()
}
EVERY = frozenset().union(*BY_LANGUAGE.values())


def stop_words(language: str | None) -> frozenset[str]:
    """Those of the language and of English, which mixes into all; of every language where it is unknown."""
    known = BY_LANGUAGE.get((language or "").split("-")[0].lower())
    return EVERY if known is None else known | BY_LANGUAGE["en"]
