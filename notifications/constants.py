"""Names two modules share."""

# Target of a row that goes to the channel behind SLACK_WEBHOOK_URL; the address itself is a credential.
GLOBAL_WEBHOOK = "global"
# Target of a row that goes to the operators' pager; its address is a credential too.
PAGER = "pager"
# Target of a mail to all addresses of a workspace.
ALL_ADDRESSES = "all"
# Target of a row that says why nothing was sent.
NOBODY = "-"
