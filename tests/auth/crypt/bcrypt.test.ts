// bcrypt against hashes of crypt(3), and its bounds.
import { parseBcrypt } from '../../../src/auth/crypt/bcrypt.ts';
import { checkRefusals, checkVectors } from './check-vectors.ts';
import { BCRYPT } from './vectors.ts';

checkVectors(BCRYPT, parseBcrypt);
checkRefusals([
  ['$2b$15$abcdefghijklmnopqrstuubZSP.8lpC6qMHl5.rUp2TLXGigPH1Y.', /a cost above 14/],
  ['$2b$03$abcdefghijklmnopqrstuubZSP.8lpC6qMHl5.rUp2TLXGigPH1Y.', /no complete bcrypt hash/],
  ['$2b$5$abcdefghijklmnopqrstuubZSP.8lpC6qMHl5.rUp2TLXGigPH1Y.', /no complete bcrypt hash/],
], parseBcrypt);
