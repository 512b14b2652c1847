// MD5-crypt against hashes of OpenSSL.
import { parseMd5Crypt } from '../../../src/auth/crypt/md5-crypt.ts';
import { checkVectors } from './check-vectors.ts';
import { MD5_CRYPT } from './vectors.ts';

checkVectors(MD5_CRYPT, parseMd5Crypt);
