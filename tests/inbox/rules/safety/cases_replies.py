"""Whole replies as they arrive, with the kind each of them is."""

# (kind, body, subject); the lead is Dana Whitfield
REPLIES: tuple[tuple[str, str, str], ...] = (
    (
        "out_of_office",
        "Hi, I'm currently out of the office with limited email access and will be back on"
        " Monday 3 March. For anything urgent please contact jo@harbor.example. Thanks, Dana",
        "",
    ),
    (
        "out_of_office",
        "Thank you for your email. I am on annual leave until 4 May and will reply on my return."
        " If you need immediate assistance please call our office.",
        "",
    ),
    (
        "out_of_office",
        "I am out of office until 12 May. Please contact my colleague Jo Lee for any questions."
        " If you have questions about invoices, can you write to billing?",
        "",
    ),
    (
        "out_of_office",
        "Hello! I'm on maternity leave. During this time please reach out to Sam. He would love to help.",
        "",
    ),
    ("out_of_office", "I'll be out of office from 3/1 to 3/8.", ""),
    ("out_of_office", "Out of office", "Re: intro"),
    ("out_of_office", "On annual leave till Tuesday", ""),
    ("out_of_office", "I am travelling for work and have limited access to email.", ""),
    ("out_of_office", "Ich bin ab 5. Mai wieder im Büro. In dringenden Fällen rufen Sie bitte meine Kollegin an.", ""),
    ("out_of_office", "Vielen Dank für Ihre Nachricht. Ich bin abwesend und kehre am 3. zurück.", ""),
    ("out_of_office", "Bonjour, je suis en vacances jusqu'au 12 août. En cas d'urgence contactez Marie.", ""),
    ("out_of_office", "Je suis actuellement absente, de retour le 4 mars.", ""),
    ("out_of_office", "Estaré fuera de la oficina hasta el 5 de mayo. Para asuntos urgentes llame a Ana.", ""),
    ("out_of_office", "Sono assente fino al 5 maggio, per urgenze contattare Marco.", ""),
    ("out_of_office", "Estarei de férias até 5 de maio.", ""),
    ("out_of_office", "Ik ben met zwangerschapsverlof tot juni.", ""),
    (
        "automated_reply",
        "Hello, thank you for contacting Support. Your case number is 00123. One of our agents"
        " will be in touch within 1 business day.",
        "",
    ),
    ("automated_reply", "[Ticket #4432] Quick question - we have received your request", ""),
    (
        "automated_reply",
        "Thanks for getting in touch! A member of the team will get back to you as soon as possible.",
        "",
    ),
    (
        "automated_reply",
        "Thank you for your message. Our office hours are 9-5. A representative will respond within 2 hours.",
        "",
    ),
    ("automated_reply", "Dies ist eine automatisch generierte Nachricht.", ""),
    ("automated_reply", "Ceci est un message automatique, merci de ne pas répondre.", ""),
    ("none", "Thank you for your email. I'm not the right person, please contact Jo.", ""),
    ("none", "I no longer handle marketing. Jo does.", ""),
    ("none", "Dana no longer works here. Please contact Jo.", ""),
    ("none", "I left the company.", ""),
    ("none", "We're closed for the holidays, let's talk in January", ""),
    ("none", "I'm in the office all week, come by", ""),
    ("none", "Leave it with me", ""),
    ("none", "We offer parental leave software. What do you do?", ""),
    ("none", "Our team is away from email marketing these days, we do SMS. Why would we switch?", ""),
    ("none", "I got back in the office yesterday, what did you want?", ""),
    ("none", "Can you call me when you're back in the office?", ""),
    ("none", "Will you be out of office on Friday?", ""),
    ("none", "I'll be back on this next week. Can you remind me?", ""),
    ("none", "Sorry for the delay, I had been out of the office.", ""),
    ("none", "I've been on holiday. Not interested.", ""),
    ("none", "We met on holiday in Spain, remember?", ""),
    ("none", "I just came back from vacation and saw this. Yes, interested.", ""),
    ("none", "Your request was interesting.", ""),
    ("none", "what's the ticket price?", ""),
    ("none", "Do not reply to Jo, write to me. When can we meet?", ""),
    (
        "bounce",
        "** Address not found **\nYour message wasn't delivered to dana@harbor.example because"
        " the address couldn't be found, or is unable to receive mail.\nThe response was: 550"
        " 5.1.1 The email account that you tried to reach does not exist.",
        "Delivery Status Notification (Failure)",
    ),
    (
        "bounce",
        "This is the mail system at host mx1. I'm sorry to have to inform you that your message"
        " could not be delivered to one or more recipients. <dana@x.example>: host mx said: 550"
        " 5.1.1 User unknown",
        "Undelivered Mail Returned to Sender",
    ),
    (
        "bounce",
        "Delivery has failed to these recipients or groups: dana@x.example. The email address"
        " you entered couldn't be found. Remote Server returned '550 5.1.10"
        " RESOLVER.ADR.RecipientNotFound'",
        "Undeliverable: hi",
    ),
    (
        "bounce",
        "A message that you sent could not be delivered to one or more of its recipients. This"
        " is a permanent error. The following address(es) failed: dana@x.example mailbox is full",
        "Mail delivery failed: returning message to sender",
    ),
    (
        "bounce",
        "Reporting-MTA: dns; mx.example\nFinal-Recipient: rfc822; dana@x.example\nAction: failed\nStatus: 5.1.1",
        "x",
    ),
    ("bounce", "La adresse n'a pas été trouvée, n'existe pas", "Échec de remise"),
    ("none", "I can't open the deck, access denied. Resend?", "Re: Quick question"),
    ("none", "Jo does not exist here, you mean Joe.", "Re: Quick question"),
    ("dead_inbox", "This mailbox is no longer monitored. Please direct all enquiries to info@harbor.example.", ""),
    ("dead_inbox", "Please note that the email address you have written to is no longer in use.", ""),
    ("dead_inbox", "Dana's gone; her inbox is not monitored", ""),
    ("dead_inbox", "this account is closed", ""),
    ("none", "We closed the account with our last vendor.", ""),
    ("none", "The inbox you built for us is great", ""),
    ("none", "my address is 4 Main Street", ""),
    ("ack_only", "Thank you! 🙏", ""),
    ("ack_only", "Okay great thanks", ""),
    ("ack_only", "got it 👍🏻", ""),
    ("ack_only", "Noted.\n\nBest,\nDana", ""),
    ("none", "Great! Tuesday", ""),
    ("none", "ok lets do it", ""),
    ("none", "thanks for nothing", ""),
)
