// SHA-crypt against hashes of OpenSSL, and its bounds.
import { parseShaCrypt } from '../../../src/auth/crypt/sha-crypt.ts';
import { checkRefusals, checkVectors } from './check-vectors.ts';
import { SHA_CRYPT } from './vectors.ts';

const end = SHA_CRYPT[3]?.hash.slice(-86) ?? '';

checkVectors(SHA_CRYPT, parseShaCrypt);
checkRefusals([
  [`$6$rounds=999999999$saltstring$${end}`, /more than 500000 rounds/],
  [`$6$rounds=9999999999$saltstring$${end}`, /no complete SHA-crypt hash/],
  [`$6$rounds=$saltstring$${end}`, /no complete SHA-crypt hash/],
  [`$5$saltstring$${end}`, /no complete SHA-crypt hash/],
], parseShaCrypt);
