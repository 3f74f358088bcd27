"""What Flask-Security says, in our words. The texts are translated in the catalogues like all others."""


def _(text: str) -> str:
    """Mark a text for translation; it is looked up when it is shown."""
    return text


MESSAGES: dict[str, tuple[str, str]] = {
    "API_ERROR": (_("This could not be understood. Please try again."), "error"),
    "GENERIC_AUTHN_FAILED": (
        _("The phone number, e-mail address or password is not right. Please check all of them."),
        "error",
    ),
    "UNAUTHENTICATED": (_("Please sign in first."), "info"),
    "UNAUTHORIZED": (_("This page is not open to you."), "error"),
    "REAUTHENTICATION_REQUIRED": (_("To go on, please enter your password once more."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_("Thank you, it is you."), "success"),
    "ANONYMOUS_USER_REQUIRED": (_("You are signed in already."), "info"),
    "PASSWORD_NOT_PROVIDED": (_("Enter a password."), "error"),
    "PASSWORD_INVALID_LENGTH": (_("Use at least %(length)s characters."), "error"),
    "PASSWORD_IS_THE_SAME": (_("The new password is the same as the old one."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (_("The two passwords differ."), "error"),
    "INVALID_PASSWORD": (_("This password is not right."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        _("This link is not valid any more. Please ask for a new one."),
        "error",
    ),
    "PASSWORD_RESET_EXPIRED": (_("This link was valid for %(within)s. Please ask for a new one."), "error"),
    "PASSWORD_RESET_NO_LOGIN": (
        _("Your new password is in force. Please sign in with it."),
        "success",
    ),
    "PASSWORD_CHANGE": (_("Your new password is in force; other devices were signed out."), "success"),
    "INVALID_REDIRECT": (_("That address lies outside this site."), "error"),
    "TWO_FACTOR_INVALID_TOKEN": (
        _("This code is not right or was used already. Wait for the next one and try again."),
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (_("Your authenticator app is set up."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (_("Please sign in first."), "info"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (_("This method is not offered."), "error"),
    "TWO_FACTOR_DISABLED": (_("The second factor is turned off."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (
        _("Setting up has to be finished within %(within)s. Please start again."),
        "error",
    ),
    "INVALID_RECOVERY_CODE": (_("This recovery code is not right or was used already."), "error"),
    "NO_RECOVERY_CODES_SETUP": (_("There are no recovery codes yet."), "info"),
    "DISABLED_ACCOUNT": (_("This account is closed."), "error"),
}
