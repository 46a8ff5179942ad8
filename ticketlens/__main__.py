from ticketlens.cli.main import main

main()
