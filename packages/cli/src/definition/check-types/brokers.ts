import type { BullmqCheckOptions, BullmqQueue } from 'hale/checks/bullmq'
import type { KafkaCheckOptions, KafkajsAdmin } from 'hale/checks/kafka'
import type { MqttCheckOptions, MqttClient } from 'hale/checks/mqtt'
import type { NatsCheckOptions } from 'hale/checks/nats'
import type { RabbitmqCheckOptions, RabbitmqClient } from 'hale/checks/rabbitmq'
import { checkType } from '../check-type.ts'
import { Connections, type Emitter, expectScheme, exported, make } from '../driver.ts'
import {
  addresses,
  flag,
  limits,
  listOf,
  needed,
  oneOf,
  secretText,
  text,
  thresholds,
  url,
} from '../field.ts'
import { jetStreamOf, type NatsRequester } from '../jetstream.ts'

// Beyond any run: connecting goes on between them, and must end some day.
const connectMs = 10_000

export const rabbitmq = checkType<RabbitmqCheckOptions>()({
  name: 'rabbitmq',
  summary: 'RabbitMQ answers, and how long a queue is',
  needs: 'amqplib',
  target: { url: needed(url('Such as amqp://user:password@host:5672/vhost.')) },
  options: {
    queue: text('A queue to look at.'),
    messages: thresholds('How many messages may wait in the queue, which must be named.', 'messages'),
    consumers: thresholds('How few consumers the queue may have, which must be named.', 'consumers'),
    blockedAs: oneOf(
      'What a connection counts as that the broker has blocked.',
      ['DEGRADED', 'DOWN'],
      'DEGRADED',
    ),
  },
  async make({ url }, options, { driver, clientError }) {
    expectScheme(url, 'amqp', 'amqps')
    const { rabbitmq } = await import('hale/checks/rabbitmq')
    type Connection = RabbitmqClient & Emitter & { close(): Promise<void> }
    const connect = exported<(url: string, socket: object) => Promise<Connection>>(driver, 'connect')
    const settings = { timeout: connectMs, clientProperties: { connection_name: 'hale' } }
    // Its own recovery came with version 2, and many have an older one.
    const connections = new Connections<Connection>(
      async () => {
        const connection = await connect(url, settings)
        connection.on('error', clientError)
        connection.on('close', () => connections.lost(connection))
        return connection
      },
      (connection) => connection.close(),
    )
    return { check: rabbitmq(() => connections.get(), options), close: () => connections.close() }
  },
})

export const nats = checkType<NatsCheckOptions>()({
  name: 'nats',
  summary: 'NATS answers a ping',
  needs: '@nats-io/transport-node',
  target: { url: needed(url('Such as nats://user:password@host:4222; tls: for TLS.')) },
  options: {
    usage: thresholds('Asks JetStream, and how much of its limits may be in use.', 'share'),
  },
  async make({ url }, options, { driver }) {
    const { nats } = await import('hale/checks/nats')
    type Connection = NatsRequester & { close(): Promise<void>; closed(): Promise<unknown> }
    const connect = exported<(settings: object) => Promise<Connection>>(driver, 'connect')
    const { protocol, host, username, password } = new URL(url)
    const settings = {
      name: 'hale',
      servers: host,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 1000,
      timeout: connectMs,
      ...(username !== '' && natsLogin(decodeURIComponent(username), decodeURIComponent(password))),
      ...(protocol === 'tls:' && { tls: {} }),
    }
    const connections = new Connections<Connection>(
      async () => {
        const connection = await connect(settings)
        const lost = (): void => connections.lost(connection)
        connection.closed().then(lost, lost)
        return connection
      },
      (connection) => connection.close(),
    )
    const { usage } = options
    const client = async () => {
      const connection = await connections.get()
      return usage === undefined ? connection : jetStreamOf(connection)
    }
    return { check: nats(client, options), close: () => connections.close() }
  },
})

/** As its own tools read a URL: a name alone is a token. */
function natsLogin(user: string, pass: string): object {
  return pass === '' ? { token: user } : { user, pass }
}

export const kafka = checkType<KafkaCheckOptions>()({
  name: 'kafka',
  summary: 'Kafka answers, its topics are there, consumers keep up',
  needs: 'kafkajs',
  target: {
    servers: needed(addresses('The brokers to begin with, such as kafka-1:9092.')),
    tls: flag('Whether they are asked over TLS.', false),
    username: text('For SASL.'),
    password: secretText('For SASL.'),
    mechanism: oneOf('Of SASL.', ['plain', 'scram-sha-256', 'scram-sha-512'], 'plain'),
  },
  options: {
    brokers: thresholds('How few brokers there may be.', 'brokers'),
    topics: listOf('Topics that must be there, with a leader for each partition.', { type: 'string' }),
    underReplicated: thresholds(
      'Partitions of the topics, which must be named, with too few replicas in sync.',
      'partitions',
      '{ degradedAt: 1 }',
    ),
    lag: limits(
      'How far a consumer group may be behind in the topics, which must be named.',
      'messages',
      { group: { type: 'string', minLength: 1, description: 'The consumer group.' } },
      ['group'],
    ),
  },
  async make({ servers, tls, username, password = '', mechanism = 'plain' }, options, { driver }) {
    const { kafka } = await import('hale/checks/kafka')
    type Admin = KafkajsAdmin & { connect(): Promise<void>; disconnect(): Promise<void> }
    const client = make<{ admin(): Admin }>(driver, 'Kafka', {
      clientId: 'hale',
      brokers: servers,
      connectionTimeout: connectMs,
      // Without retries of its own it tells why it cannot.
      retry: { retries: 0 },
      // Nothing: its lines would hold the brokers' addresses.
      logLevel: 0,
      ...(tls === true && { ssl: true }),
      ...(username !== undefined && { sasl: { mechanism, username, password } }),
    })
    const connections = new Connections<Admin>(
      async () => {
        const admin = client.admin()
        await admin.connect()
        return admin
      },
      (admin) => admin.disconnect(),
    )
    return { check: kafka(() => connections.get(), options), close: () => connections.close() }
  },
})

export const mqtt = checkType<MqttCheckOptions>()({
  name: 'mqtt',
  summary: 'an MQTT broker answers a ping',
  needs: 'mqtt',
  target: { url: needed(url('Such as mqtt://user:password@host:1883; mqtts: for TLS.')) },
  options: {},
  async make({ url }, options, { driver, clientError }) {
    const { mqtt } = await import('hale/checks/mqtt')
    type Client = MqttClient & Emitter & { connect(): unknown; end(force: boolean): unknown }
    const connect = exported<(url: string, settings: object) => Client>(driver, 'connect')
    const client = connect(url, { manualConnect: true, reconnectPeriod: 1000, connectTimeout: connectMs })
    client.on('error', clientError)
    return { check: mqtt(client, options), start: () => void client.connect(), close: () => client.end(true) }
  },
})

export const bullmq = checkType<BullmqCheckOptions>()({
  name: 'bullmq',
  summary: 'how many jobs a BullMQ queue holds, and who works',
  needs: 'bullmq',
  target: {
    url: needed(url('Its Redis, such as redis://user:password@host:6379.')),
    queue: needed(text('The name of the queue.')),
    prefix: text('The prefix of its keys.', { fallback: 'bull' }),
  },
  options: {
    waiting: thresholds('Jobs in line.', 'jobs'),
    failed: thresholds('Failed jobs that are kept.', 'jobs'),
    delayed: thresholds('Jobs whose time has not come.', 'jobs'),
    activeForMs: thresholds('For how long the oldest job has been at work.', 'milliseconds'),
    workers: thresholds('How few workers there may be.', 'workers'),
  },
  async make({ url, queue, prefix }, options, { driver, clientError }) {
    expectScheme(url, 'redis', 'rediss')
    const { bullmq } = await import('hale/checks/bullmq')
    type Queue = BullmqQueue & Emitter & { close(): Promise<void> }
    // It connects when it is made: not before somebody asks.
    let current: Queue | undefined
    const open = (): Queue => {
      const settings = {
        connection: { url, connectionName: 'hale' },
        ...(prefix !== undefined && { prefix }),
      }
      const made = make<Queue>(driver, 'Queue', queue, settings)
      made.on('error', clientError)
      return made
    }
    const check = bullmq(() => {
      current ??= open()
      return current
    }, options)
    return { check, close: () => current?.close() }
  },
})
