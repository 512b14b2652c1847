"""aiosmtpd of the benchmark: publishes the message as a JSON record with pika and says 250 after its confirm."""

import asyncio
import json
import sys
import uuid

import pika
from aiosmtpd.smtp import SMTP
from pika.adapters.asyncio_connection import AsyncioConnection

URL, QUEUE, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
PROPERTIES = pika.BasicProperties(content_type="application/json", delivery_mode=2)


class Publisher:
    def __init__(self, channel):
        self.channel = channel
        self.waiting = {}
        self.confirmed = 0
        self.published = 0

    def publish(self, body):
        self.published += 1
        done = asyncio.get_running_loop().create_future()
        self.waiting[self.published] = done
        self.channel.basic_publish("", QUEUE, body, PROPERTIES, mandatory=True)
        return done

    def on_confirm(self, frame):
        tag = frame.method.delivery_tag
        first = self.confirmed + 1 if frame.method.multiple else tag
        for each in range(first, tag + 1):
            done = self.waiting.pop(each, None)
            if done is not None:
                done.set_result(frame.method.NAME == "Basic.Ack")
        if frame.method.multiple:
            self.confirmed = tag


class Handler:
    def __init__(self, publisher):
        self.publisher = publisher

    async def handle_DATA(self, server, session, envelope):
        mime = envelope.content.decode("utf-8")
        results = []
        for recipient in envelope.rcpt_tos:
            record = {
                "message-id": str(uuid.uuid4()),
                "envelope": envelope.mail_from,
                "recipient": recipient,
                "mime": mime,
            }
            results.append(self.publisher.publish(json.dumps(record).encode()))
        confirmed = await asyncio.gather(*results)
        return "250 2.0.0 Ok" if all(confirmed) else "451 4.3.0 Not stored"


def open_channel():
    """Resolves to a channel in confirm mode."""
    opened = asyncio.get_running_loop().create_future()

    def on_channel(channel):
        publisher = Publisher(channel)
        channel.confirm_delivery(publisher.on_confirm, callback=lambda _frame: opened.set_result(publisher))

    AsyncioConnection(
        pika.URLParameters(URL),
        on_open_callback=lambda connection: connection.channel(on_open_callback=on_channel),
        on_open_error_callback=lambda _connection, error: opened.set_exception(error),
    )
    return opened


async def main():
    publisher = await open_channel()
    handler = Handler(publisher)
    loop = asyncio.get_running_loop()
    limit = 128 * 1024 * 1024
    factory = lambda: SMTP(handler, hostname="mx.example.org", data_size_limit=limit)
    server = await loop.create_server(factory, "127.0.0.1", PORT, backlog=1024)
    await server.serve_forever()


asyncio.run(main())
