import { expect, test } from '@jest/globals';
import { isPublicAddress } from './public-address.ts';
import { hostOf, parseTarget } from './webhook-target.ts';

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '192.167.255.255',
  '223.255.255.255',
  '2001:4860:4860::8888',
  '2606:4700::1111',
  '2a00:1450:4001:81b::200e',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '169.254.170.2',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:8.8.8.8',
  '::ffff:a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '100::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::1',
  '3fff::1',
  '2001:4860:4860::8888%eth0',
  '',
  'localhost',
  'example.com',
  '127.1',
  '2130706433',
  '0x7f000001',
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  'https://2130706433/',
  'https://0x7f.1/',
  'https://017700000001/',
  'https://127.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[0:0:0:0:0:ffff:a9fe:a9fe]/',
  'https://169.254.169.254/latest/meta-data',
  'https://１２７.０.０.１/',
  'https://127。0。0。1/',
  'https://[fd00:ec2::254]/',
])('%s is an address that is not public, however it is written', (text) => {
  expect(parseTarget(text, 'public')).toBe('this address is not one of the public internet');
});

test.each([
  ['http://hooks.example.com/', 'a webhook is sent by https alone'],
  ['http://127.0.0.1:9000/', 'a webhook is sent by https alone'],
  ['ftp://hooks.example.com/', 'a webhook is sent by https alone'],
  ['file:///etc/passwd', 'a webhook is sent by https alone'],
  ['https://me:secret@hooks.example.com/', 'an address with a name or a password would be sent in the open'],
  ['https://hooks.example.com/#a', 'what stands behind # is never sent'],
  ['https://hooks.example.com:22/', 'a port is 443, or 1024 and above'],
  ['hooks.example.com', 'a webhook needs an address like https://hooks.example.com/syncline'],
])('%s is refused: %s', (text, why) => {
  expect(parseTarget(text, 'public')).toBe(why);
});

test('only for a local emulator a receiver may be on the same machine, and by plain HTTP nowhere else', () => {
  const [plain, elsewhere] = ['http://127.0.0.1:9000/hook', 'http://10.0.0.1:9000/hook'];
  const found = parseTarget(plain, 'loopback');
  expect(found).toBeInstanceOf(URL);
  expect(hostOf(found as URL)).toBe('127.0.0.1');
  expect(parseTarget(elsewhere, 'loopback')).toBe('a webhook is sent by https alone');
  expect(parseTarget('https://10.0.0.1/', 'loopback')).toBe('this address is not one of the public internet');
});
