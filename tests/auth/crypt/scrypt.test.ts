// scrypt against hashes of crypt(3), and its bounds.
import { parseScrypt } from '../../../src/auth/crypt/scrypt.ts';
import { checkRefusals, checkVectors } from './check-vectors.ts';
import { SCRYPT } from './vectors.ts';

const rest = 'saltsalt$digVpDiiixpOC3q6JVnWiqzPulj4F39huvkmFeOC9z2';

checkVectors(SCRYPT, parseScrypt);
checkRefusals([
  [`$7$z/..../....${rest}`, /more than 64 MiB/],
  [`$7$7/....3....${rest}`, /four passes/],
  [`$7$7........../..${rest}`, /no complete scrypt hash/],
], parseScrypt);
