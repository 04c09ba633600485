// What mqtt.js does in a browser: browser.html?url=BROKER&version=PROTOCOL_VERSION&prefix=PREFIX
// Publishes and subscribes at every QoS, retains, sends a megabyte, replays a stream that keeps PREFIX/kept, and comes back to a
// durable session. Posts its verdict, 'all as it should be' or what was not, to the server that the page comes from.
'use strict'
/* global mqtt */
const { url, version, prefix } = Object.fromEntries(new URLSearchParams(location.search))
const protocolVersion = Number(version)
const PATIENCE_MILLIS = 20_000
const SESSION_SECONDS = 300

function connect(name, options) {
  return mqtt.connectAsync(url, {
    protocolVersion,
    clientId: `${prefix}-${name}`,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: PATIENCE_MILLIS,
    ...options
  })
}

function equal(what, got, expected) {
  if (JSON.stringify(got) !== JSON.stringify(expected)) {
    throw new Error(`${what}: ${JSON.stringify(got)} and not ${JSON.stringify(expected)}`)
  }
}

function within(what, promise) {
  const late = new Promise((resolve, reject) => setTimeout(() => reject(new Error(`${what} did not come`)), PATIENCE_MILLIS))
  return Promise.race([promise, late])
}

// A function that promises the next message of a client.
function messages(client) {
  const got = []
  const waiting = []
  client.on('message', (topic, payload, packet) => {
    const message = { topic, payload, text: new TextDecoder().decode(payload), packet }
    waiting.length > 0 ? waiting.shift()(message) : got.push(message)
  })
  return what => within(what, got.length > 0 ? got.shift() : new Promise(resolve => waiting.push(resolve)))
}

async function everyQos(device, watcher, next) {
  await watcher.subscribeAsync(`${prefix}/live`, { qos: 2 })
  for (const qos of [0, 1, 2, 2, 1]) {
    await device.publishAsync(`${prefix}/live`, `grüße ${qos}`, { qos })
    const { topic, text, packet } = await next(`QoS ${qos}`)
    equal(`QoS ${qos}`, [topic, text, packet.qos, packet.retain], [`${prefix}/live`, `grüße ${qos}`, qos, false])
  }
}

async function properties(device, next) {
  const sent = {
    contentType: 'text/plain',
    responseTopic: 'answers',
    userProperties: { unit: ['m', 'cm'], place: 'düne' }
  }
  await device.publishAsync(`${prefix}/live`, 'x', { qos: 1, properties: { ...sent, correlationData: bytes(9) } })
  const { packet } = await next('the message with properties')
  for (const name of Object.keys(sent)) {
    equal(name, packet.properties[name], sent[name])
  }
  equal('correlation data', [...packet.properties.correlationData], [...bytes(9)])
}

// The newest retained message comes at once to who subscribes, and none when it was deleted.
async function retained(device, watcher, next) {
  const topic = `${prefix}/state`
  for (const text of ['old', 'new']) {
    await device.publishAsync(topic, text, { qos: 1, retain: true })
  }
  await watcher.subscribeAsync(topic, { qos: 1 })
  const kept = await next('the retained message')
  equal('retained', [kept.text, kept.packet.retain], ['new', true])
  await watcher.unsubscribeAsync(topic)

  await device.publishAsync(topic, '', { qos: 1, retain: true })
  await watcher.subscribeAsync(topic, { qos: 1 })
  await device.publishAsync(topic, 'live', { qos: 1 })
  const live = await next('the message after the deletion')
  equal('after the deletion', [live.text, live.packet.retain], ['live', false])
}

function bytes(length) {
  return Uint8Array.from({ length }, (_, i) => (i * 31) ^ (i >> 8))
}

async function megabyte(device, watcher, next) {
  await watcher.subscribeAsync(`${prefix}/large`, { qos: 1 })
  const payload = bytes(1_000_000)
  await device.publishAsync(`${prefix}/large`, payload, { qos: 1 })
  const got = (await next('the megabyte')).payload
  equal('length', got.length, payload.length)
  equal('the first byte that differs', got.findIndex((byte, i) => byte !== payload[i]), -1)
}

async function replay(device, watcher, next) {
  const expected = ['0', '1', '2', '3', '4']
  for (const text of expected) {
    await device.publishAsync(`${prefix}/kept`, text, { qos: Number(text) % 3 })
  }
  await watcher.subscribeAsync(`$s/earliest/${prefix}/kept`, { qos: 1 })
  for (const text of expected) {
    const { topic, packet, text: got } = await next(`${text} of the stream`)
    equal('replay', [topic, got], [`${prefix}/kept`, text])
    if (protocolVersion === 5) {
      equal('has the user property ts', /^\d{16}$/.test(packet.properties.userProperties.ts), true)
    }
  }
  await device.publishAsync(`${prefix}/kept`, 'after', { qos: 1 })
  equal('after the replay', (await next('what follows the replay')).text, 'after')
}

// The connection is lost, messages are owed, and the same client comes back with mqtt.js's own reconnect.
async function durable(device) {
  const properties = protocolVersion === 5 ? { properties: { sessionExpiryInterval: SESSION_SECONDS } } : {}
  const sleeper = await connect('sleeper', { clean: false, ...properties })
  const next = messages(sleeper)
  await sleeper.subscribeAsync(`${prefix}/owed/#`, { qos: 2 })
  await sleeper.endAsync(true)

  const owed = Array.from({ length: 20 }, (_, i) => [`${prefix}/owed/${i % 2}`, `owed ${i}`, 1 + (i % 2)])
  for (const [topic, text, qos] of owed) {
    await device.publishAsync(topic, text, { qos })
  }
  const connected = new Promise(resolve => sleeper.once('connect', resolve))
  sleeper.reconnect()
  equal('session present', (await within('the reconnect', connected)).sessionPresent, true)
  const byTopic = { 0: [], 1: [] }
  for (let i = 0; i < owed.length; i++) {
    const { topic, text, packet } = await next(`owed message ${i}`)
    byTopic[topic.at(-1)].push([topic, text, packet.qos])
  }
  for (const i of [0, 1]) {
    equal('owed', byTopic[i], owed.filter(([topic]) => topic.endsWith(`/${i}`)))
  }
  await sleeper.endAsync()
  await (await connect('sleeper')).endAsync()
}

async function main() {
  const device = await connect('device')
  const watcher = await connect('watcher')
  const next = messages(watcher)
  await everyQos(device, watcher, next)
  if (protocolVersion === 5) {
    await properties(device, next)
  }
  await retained(device, watcher, next)
  await megabyte(device, watcher, next)
  await replay(device, watcher, next)
  await durable(device)
  await device.endAsync()
  await watcher.endAsync()
}

main()
  .then(() => 'all as it should be', error => `${error}\n${error.stack}`)
  .then(verdict => fetch('verdict', { method: 'POST', body: verdict }))
