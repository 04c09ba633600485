"""What paho-mqtt does against a broker: python3 exchange.py PORT VERSION PREFIX

Publishes and subscribes at every QoS, passes properties on, and replays a stream that keeps PREFIX/#. Ends with 0 when all of
it is as it should be.
"""
import queue
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PORT, VERSION, PREFIX = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
PATIENCE_SECONDS = 20


class Client:
    """A connected client that keeps what it gets."""

    def __init__(self, client_id):
        self.messages = queue.Queue()
        self.answers = queue.Queue()
        clean = {} if VERSION == 5 else {"clean_session": True}
        self.client = mqtt.Client(client_id, protocol=VERSION, **clean)
        self.client.on_connect = lambda *arguments: self.answers.put(arguments[3])
        self.client.on_subscribe = lambda *arguments: self.answers.put(0)
        self.client.on_unsubscribe = lambda *arguments: self.answers.put(0)
        self.client.on_message = lambda client, userdata, message: self.messages.put(message)
        self.client.connect("127.0.0.1", PORT)
        self.client.loop_start()
        assert self.answers.get(timeout=PATIENCE_SECONDS) == 0, "not connected"

    def subscribe(self, topic_filter, qos):
        self.client.subscribe(topic_filter, qos)
        self.answers.get(timeout=PATIENCE_SECONDS)

    def unsubscribe(self, topic_filter):
        self.client.unsubscribe(topic_filter)
        self.answers.get(timeout=PATIENCE_SECONDS)

    def publish(self, topic, payload, qos, properties=None):
        sent = self.client.publish(topic, payload, qos, properties=properties)
        sent.wait_for_publish(PATIENCE_SECONDS)
        assert sent.is_published(), "no acknowledgement"

    def next(self):
        return self.messages.get(timeout=PATIENCE_SECONDS)

    def end(self):
        self.client.disconnect()
        self.client.loop_stop()


def exchange_properties(device, watcher):
    sent = Properties(PacketTypes.PUBLISH)
    sent.ContentType = "text/plain"
    sent.ResponseTopic = "answers"
    sent.CorrelationData = bytes([0, 255, 7])
    sent.UserProperty = [("unit", "m"), ("unit", "cm")]
    device.publish(PREFIX + "/properties", "x", 1, sent)
    got = watcher.next().properties
    for name in ("ContentType", "ResponseTopic", "CorrelationData", "UserProperty"):
        assert getattr(got, name) == getattr(sent, name), name


def main():
    device, watcher = Client(PREFIX + "-device"), Client(PREFIX + "-watcher")
    watcher.subscribe(PREFIX + "/#", 2)
    for qos in (0, 1, 2):
        device.publish(PREFIX + "/live", "qos %d" % qos, qos)
        message = watcher.next()
        assert (message.topic, message.payload, message.qos) == (PREFIX + "/live", b"qos %d" % qos, qos), message.payload
    if VERSION == 5:
        exchange_properties(device, watcher)
    watcher.unsubscribe(PREFIX + "/#")

    watcher.subscribe("$s/earliest/" + PREFIX + "/live", 1)
    for qos in (0, 1, 2):
        assert watcher.next().payload == b"qos %d" % qos
    device.publish(PREFIX + "/live", "after", 1)
    assert watcher.next().payload == b"after"
    device.end()
    watcher.end()
    print("all as it should be")


main()
