"""Prints what a stream holds: the broker's time, the MQTT topic, the key and the payload of each message."""

import base64
import json
import sys
import urllib.request

import websocket

SILENCE_SECONDS = 2


def read_stream(host, stream):
    """host: 127.0.0.1:8080, the admin port; stream: public/streams/readings"""
    with urllib.request.urlopen(f"http://{host}/admin/v2/persistent/{stream}/partitions") as answer:
        partitions = json.load(answer)["partitions"]
    for partition in range(partitions):
        # A reader makes no subscription that could be forgotten.
        reader = websocket.create_connection(
            f"ws://{host}/ws/v2/reader/persistent/{stream}-partition-{partition}?messageId=earliest",
            timeout=SILENCE_SECONDS,
        )
        try:
            while True:
                message = json.loads(reader.recv())
                reader.send(json.dumps({"messageId": message["messageId"]}))  # asks for more
                properties = message["properties"]
                payload = base64.b64decode(message["payload"]).decode()
                print(properties["mqtt.ts"], properties["mqtt.topic"], f"key={message['key']}", payload)
        except websocket.WebSocketTimeoutException:
            reader.close()


if __name__ == "__main__":
    read_stream(sys.argv[1], sys.argv[2])
