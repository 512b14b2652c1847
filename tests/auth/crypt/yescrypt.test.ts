// yescrypt against hashes of crypt(3), and its bounds.
import { parseYescrypt } from '../../../src/auth/crypt/yescrypt.ts';
import { checkRefusals, checkVectors } from './check-vectors.ts';
import { YESCRYPT } from './vectors.ts';

const rest = '$eVyV/VvlLMlKzfC/eOi830$lYyJ.I9c3dsLtJHfPSUpYshrWPT2qjYX1JgalBTwl.4';

checkVectors(YESCRYPT, parseYescrypt);
checkRefusals([
  [`$y$jFT${rest}`, /more than 64 MiB/],
  [`$y$j9T/.${rest}`, /parameters other than those of crypt\(3\)/],
  [`$y$/9T${rest}`, /parameters other than those of crypt\(3\)/],
  ['$y$j9T$a$lYyJ.I9c3dsLtJHfPSUpYshrWPT2qjYX1JgalBTwl.4', /no complete yescrypt hash/],
], parseYescrypt);
