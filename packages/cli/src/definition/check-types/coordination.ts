import type { EtcdCheckOptions, EtcdClient } from 'hale/checks/etcd'
import type { LdapCheckOptions, LdapClient } from 'hale/checks/ldap'
import type { SmtpCheckOptions, SmtpTransporter } from 'hale/checks/smtp'
import type { ZookeeperCheckOptions, ZookeeperClient } from 'hale/checks/zookeeper'
import { checkType } from '../check-type.ts'
import { exported, make } from '../driver.ts'
import { addresses, flag, needed, secretText, text, thresholds, url } from '../field.ts'

export const etcd = checkType<EtcdCheckOptions>()({
  name: 'etcd',
  summary: 'etcd reads a key through its quorum',
  needs: 'etcd3',
  target: {
    servers: needed(addresses('The members, such as http://etcd-1:2379.')),
    username: text('Who asks.'),
    password: secretText('The password.'),
  },
  options: { sizeBytes: thresholds('How large the database may be.', 'bytes') },
  async make({ servers, username, password = '' }, options, { driver }) {
    const { etcd } = await import('hale/checks/etcd')
    const client = make<EtcdClient & { close(): void }>(driver, 'Etcd3', {
      hosts: servers,
      ...(username !== undefined && { auth: { username, password } }),
    })
    return { check: etcd(client, options), close: () => client.close() }
  },
})

export const zookeeper = checkType<ZookeeperCheckOptions>()({
  name: 'zookeeper',
  summary: 'ZooKeeper sees its root node',
  needs: 'node-zookeeper-client',
  target: { servers: needed(addresses('The members, such as zk-1:2181.')) },
  options: {},
  async make({ servers }, options, { driver }) {
    const { zookeeper } = await import('hale/checks/zookeeper')
    type Client = ZookeeperClient & { connect(): void; close(): void }
    const createClient = exported<(servers: string, settings: object) => Client>(driver, 'createClient')
    const client = createClient(servers.join(','), { sessionTimeout: 30_000 })
    return { check: zookeeper(client, options), start: () => client.connect(), close: () => client.close() }
  },
})

export const smtp = checkType<SmtpCheckOptions>()({
  name: 'smtp',
  summary: 'a mail server is ready to send',
  defaults: { maxAgeMs: { up: 60_000, down: 10_000 } },
  needs: 'nodemailer',
  target: { url: needed(url('Such as smtp://user:password@host:587; smtps: for TLS.')) },
  options: {},
  async make({ url }, options, { driver }) {
    const { smtp } = await import('hale/checks/smtp')
    const createTransport = exported<(url: string) => SmtpTransporter & { close(): void }>(
      driver,
      'createTransport',
    )
    const transporter = createTransport(url)
    return { check: smtp(transporter, options), close: () => transporter.close() }
  },
})

export const ldap = checkType<LdapCheckOptions>()({
  name: 'ldap',
  summary: 'a directory reads an entry',
  needs: 'ldapts',
  target: {
    url: needed(url('Such as ldaps://host.')),
    bindDn: text('Who asks; without it nobody.'),
    password: secretText('The password of bindDn.'),
  },
  options: {
    base: text('The entry that is read.', { fallback: 'the root of the directory' }),
    bound: flag('Whether it is DOWN unless somebody is bound.', false),
  },
  async make({ url, bindDn, password = '' }, options, { driver }) {
    const { ldap } = await import('hale/checks/ldap')
    type Client = LdapClient & {
      readonly isConnected: boolean
      bind(dn: string, password: string): Promise<void>
      unbind(): Promise<void>
    }
    const client = make<Client>(driver, 'Client', { url, timeout: 10_000, connectTimeout: 10_000 })
    const bound = async (): Promise<Client> => {
      if (bindDn !== undefined && !client.isConnected) await client.bind(bindDn, password)
      return client
    }
    return { check: ldap(bindDn === undefined ? client : bound, options), close: () => client.unbind() }
  },
})
