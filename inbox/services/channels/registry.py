"""The channels messages can be sent on."""

from inbox.enums import Channel
from inbox.services.channels import email, linkedin, sms
from inbox.services.channels.base import ChannelSender

CHANNELS: dict[str, ChannelSender] = {
    Channel.EMAIL.value: email.EmailSender(),
    Channel.SMS.value: sms.SmsSender(),
    Channel.LINKEDIN.value: linkedin.LinkedInSender(),
}
