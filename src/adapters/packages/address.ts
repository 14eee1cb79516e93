import { BlockList, isIP } from 'node:net'

/** What the IANA's special-purpose registries keep for other things than hosts that anybody may reach. */
const special = [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24',
  '192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32',
  '2001::/23 2001:db8::/32 2002::/16 3fff::/20',
]
  .join(' ')
  .split(' ')
const blocked = new BlockList()
for (const subnet of special) {
  const [net = '', prefix = ''] = subnet.split('/')
  blocked.addSubnet(net, Number(prefix), net.includes(':') ? 'ipv6' : 'ipv4')
}
const global = new BlockList()
global.addSubnet('2000::', 3, 'ipv6')

/** Whether an IP address is one of the public internet: not this machine, a private network, or a cloud's metadata service. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !blocked.check(address, 'ipv4')
  return family === 6 && global.check(address, 'ipv6') && !blocked.check(address, 'ipv6')
}
