// Hashes made by crypt(3) and OpenSSL, one table for the tests of the methods that must arrive at the same.

/** A password and its hash. */
export interface Vector {
  readonly password: string;
  readonly hash: string;
}

const LONG = 'a very much longer text to encrypt.  This one even stretches over morethan one line.';

/** Made by `openssl passwd -1` and `-apr1`. */
export const MD5_CRYPT: readonly Vector[] = [
  { password: 'Hello world!', hash: '$1$abcdefgh$fzmjzFdo5nMtBG8gtud5e0' },
  { password: 'x', hash: '$1$a$TYcRT0JumNkKBBlirG1X4/' },
  { password: 'Hello world!', hash: '$apr1$abcdefgh$Unf1zc.jsgCbBQDCL104q.' },
];

/** Made by `openssl passwd -5` and `-6`, some with the inputs of the specification. */
export const SHA_CRYPT: readonly Vector[] = [
  { password: 'Hello world!', hash: '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5' },
  { password: LONG, hash: '$5$rounds=1400$anotherlongsalts$Rx.j8H.h8HjEDGomFU8bDkXm3XIUnzyxf12oP84Bnq1' },
  { password: 'the minimum', hash: '$5$rounds=1000$roundstoolow11$pxWWC.csb/Y4MWSYZBZkp.y5/rQCl6Figj/BzTuTKwB' },
  {
    password: 'Hello world!',
    hash: '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  },
  {
    password: LONG,
    hash: '$6$rounds=1400$anotherlongsalts$' +
      'POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1',
  },
  {
    password: 'pässwörd €',
    hash: '$6$s$IfdZbb7n/sb/3EVfNCK/yZwSlYgTDSY05/fmW//5Ze2ktoOmbzeRyFNyypwTz0yPnZzQgrJP5mOCPQlhsvBsI/',
  },
  {
    password: 'z'.repeat(200),
    hash: '$6$longpassword$yG5/o3zlqNSiLWL8xu.t/S5nEwqjxtp2Hvwi9nxceuulf45ottR7ws0SAFe1B6fwKRsdtX1tYTUUio.Bqr0SJ1',
  },
  {
    password: 'x',
    hash: '$6$$KvRrc0bxRLyTUhO8OJOmRczh7oCol5BACiR8rmdfVzvuGgm8JmLDumsL/ah.jFtT.DswxoP9Nv3ByfU4j5hm/0',
  },
];

/** Made by `mkpasswd -m bcrypt` and crypt(3); the last password is longer than what bcrypt looks at. */
export const BCRYPT: readonly Vector[] = [
  { password: 'x', hash: '$2y$04$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e' },
  { password: 'pässwörd 5', hash: '$2b$05$abcdefghijklmnopqrstuubZSP.8lpC6qMHl5.rUp2TLXGigPH1Y.' },
  { password: 'pässwörd 6', hash: '$2b$06$abcdefghijklmnopqrstuuLYnkDF/caEBsQxmfzIDE1TGyk/t3N22' },
  { password: 'U*U', hash: '$2a$05$abcdefghijklmnopqrstuuMpLhh66NJUQMuZ6FwRQX0sqAEKeWcKW' },
  { password: 'z'.repeat(100), hash: '$2b$05$abcdefghijklmnopqrstuuF19HHP5kqh0l8/3Gd3dLVLuGfESHZ0q' },
];

/** Made by `mkpasswd -m scrypt` and crypt(3). */
export const SCRYPT: readonly Vector[] = [
  { password: 'x', hash: '$7$7/..../....saltsalt$digVpDiiixpOC3q6JVnWiqzPulj4F39huvkmFeOC9z2' },
];

/** Made by `mkpasswd -m yescrypt -R 1` to `-R 5`, the default; only that is large enough for the run before the run. */
export const YESCRYPT: readonly Vector[] = [
  { password: 'pässwörd 1', hash: '$y$j75$tAfSre7NqOLrpFp8YaUfc0$qKUZauZ3Xnn1YuOvYOZK6DuejlR/MIEdTvUMj5jirs.' },
  { password: 'pässwörd 2', hash: '$y$j85$kcv3R83BlaYrj.Oyrz7dW0$zNxQmDVmV3oMNox6Fg54J72S5g5Q1wL4mh6uv.yLm28' },
  { password: 'pässwörd 3', hash: '$y$j7T$djMc/D2O5LFrQzcIiWiXj0$4vuhzlsDTvTob4uWnPf.qoziTF7y8PnruB8ZA/8ZQhC' },
  { password: 'pässwörd 5', hash: '$y$j9T$eVyV/VvlLMlKzfC/eOi830$lYyJ.I9c3dsLtJHfPSUpYshrWPT2qjYX1JgalBTwl.4' },
];
