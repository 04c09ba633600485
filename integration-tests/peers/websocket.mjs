// mqtt.js over WebSocket: publishes and takes its own messages back, at every QoS and of several sizes.
// usage: node websocket.mjs URL PROTOCOL_VERSION [FILE_OF_TRUSTED_CERTIFICATES]
import { readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import mqtt from 'mqtt'

const [url, version, trusted] = process.argv.slice(2)
const name = `mqttjs-${version}-${trusted ? 'wss' : 'ws'}`
const client = await mqtt.connectAsync(url, {
  protocolVersion: Number(version),
  clientId: name,
  reconnectPeriod: 0,
  connectTimeout: 20_000,
  ...(trusted && { ca: readFileSync(trusted) })
})
const arrived = []
let wake = () => {}
client.on('message', (topic, payload, packet) => {
  arrived.push({ topic, payload, qos: packet.qos })
  wake()
})
await client.subscribeAsync(`${name}/#`, { qos: 2 })

for (const qos of [0, 1, 2]) {
  for (const size of [0, 1, 200, 70_000, 500_000]) {
    const payload = randomBytes(size)
    await client.publishAsync(`${name}/${qos}`, payload, { qos })
    while (arrived.length === 0) await new Promise(resolve => { wake = resolve })
    const message = arrived.shift()
    if (message.topic !== `${name}/${qos}` || message.qos !== qos || !message.payload.equals(payload)) {
      throw new Error(`QoS ${qos}, ${size} bytes: ${message.topic} at QoS ${message.qos}, ${message.payload.length} bytes`)
    }
  }
}
await client.endAsync()
console.log('all came back')
