"""What codes are called, in Danish: plain dictionaries by code, so that a page never shows `K3` or `open-case` to a person.

    commands    the button and the first sentence of a command's form
    fields      the question that a field asks, with a hint
    codes       members of enums, stages, and the anchor texts of the nine dimensions
    facts       what happened, as a line of a timeline
    clocks      what a deadline is called, and what is to be done
    guards      why a command is not possible now, and what to do
    errors      what is wrong, and what to do
    organisations   what an organisation is called

The Danish is looked up in the page's language (`language.gettext(COMMANDS["open-case"].button)`); its English is in
`locale/en.po`. shared/ knows no service: that every code of every service has its word, and no word lacks its code, is
proved in tests/unit/web.
"""
