// What mqtt.js does against a broker: node exchange.js PORT VERSION PREFIX
// Publishes and subscribes at every QoS, passes properties on, and replays a stream that keeps PREFIX/#. Ends with 0 when all
// of it is as it should be.
'use strict'
const assert = require('node:assert')
const mqtt = require('mqtt')

const [port, version, prefix] = process.argv.slice(2)
const protocolVersion = Number(version)
const PATIENCE_MILLIS = 20000

function connect(clientId) {
  return mqtt.connectAsync({
    host: '127.0.0.1',
    port: Number(port),
    protocolVersion,
    protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    clientId,
    clean: true,
    reconnectPeriod: 0,
    ...(protocolVersion === 5 ? { properties: { topicAliasMaximum: 5 } } : {})
  })
}

function messages(client) {
  const got = []
  const waiting = []
  client.on('message', (topic, payload, packet) => {
    const message = { topic, payload: payload.toString(), qos: packet.qos, properties: packet.properties || {} }
    waiting.length > 0 ? waiting.shift()(message) : got.push(message)
  })
  return () =>
    got.length > 0
      ? Promise.resolve(got.shift())
      : new Promise((resolve, reject) => {
          setTimeout(() => reject(new Error('no message came')), PATIENCE_MILLIS).unref()
          waiting.push(resolve)
        })
}

async function main() {
  const device = await connect(`${prefix}-device`)
  const watcher = await connect(`${prefix}-watcher`)
  const next = messages(watcher)
  await watcher.subscribeAsync(`${prefix}/#`, { qos: 2 })
  for (const qos of [0, 1, 2, 1, 1]) {
    await device.publishAsync(`${prefix}/live`, `qos ${qos}`, { qos })
    const message = await next()
    assert.deepStrictEqual([message.topic, message.payload, message.qos], [`${prefix}/live`, `qos ${qos}`, qos])
  }
  if (protocolVersion === 5) {
    const properties = {
      contentType: 'text/plain',
      responseTopic: 'answers',
      correlationData: Buffer.from([0, 255, 7]),
      userProperties: { unit: ['m', 'cm'] }
    }
    await device.publishAsync(`${prefix}/properties`, 'x', { qos: 1, properties })
    const got = (await next()).properties
    for (const name of Object.keys(properties)) {
      assert.deepEqual(JSON.stringify(got[name]), JSON.stringify(properties[name]), name)
    }
  }
  await watcher.unsubscribeAsync(`${prefix}/#`)

  await watcher.subscribeAsync(`$s/earliest/${prefix}/live`, { qos: 1 })
  for (const qos of [0, 1, 2, 1, 1]) {
    assert.strictEqual((await next()).payload, `qos ${qos}`)
  }
  await device.publishAsync(`${prefix}/live`, 'after', { qos: 1 })
  assert.strictEqual((await next()).payload, 'after')

  await device.endAsync()
  await watcher.endAsync()
  console.log('all as it should be')
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
