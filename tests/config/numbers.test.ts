// Counts, sizes, times and switches: what each reads and refuses.

import { bool, count, countOrAuto, countOrNone, seconds, size } from '../../src/config/numbers.ts';
import { testValueType } from '../support/value-cases.ts';

testValueType('count({ min: 1, max: 10 })', count({ min: 1, max: 10 }), {
  reads: [['1', 1], ['10', 10], ['007', 7]],
  refuses: ['0', '11', '-1', '1.5', '1e1', '0x2', '5 ', 'five'].map((text) => [text, `"${text}" is not such a number`]),
});

testValueType('count({ min: 0 })', count({ min: 0 }), {
  reads: [['0', 0], ['9007199254740991', Number.MAX_SAFE_INTEGER]],
  refuses: [['9007199254740992', '"9007199254740992" is not such a number']],
});

testValueType('countOrNone({ max: 255 })', countOrNone({ max: 255 }), {
  reads: [['0', undefined], ['1', 1], ['255', 255]],
  refuses: [['256', '"256" is not such a number'], ['none', '"none" is not such a number']],
});

testValueType('countOrAuto({ min: 1, max: 8 })', countOrAuto({ min: 1, max: 8 }), {
  reads: [['1', 1], ['8', 8], ['auto', 'auto'], ['AUTO', 'auto']],
  refuses: ['0', '9', 'all', 'auto 2'].map((text) => [text, `"${text}" is not such a number`]),
});

testValueType('size()', size(), {
  reads: [
    ['1', 1],
    ['512B', 512],
    ['64K', 65536],
    ['64kb', 65536],
    ['100MB', 104857600],
    ['100 MB', 104857600],
    ['2G', 2147483648],
    ['1gb', 1073741824],
  ],
  refuses: ['0', '0MB', '-1', '1.5MB', 'MB', '1TB', '1 0MB', '1MiB', '9007199254740992', '9999999999GB']
    .map((text) => [text, `"${text}" is not a size`]),
});

testValueType("seconds({ zero: 'refused' })", seconds({ zero: 'refused' }), {
  reads: [['300', 300], ['0.5', 0.5], ['60.0', 60], ['2147483', 2147483]],
  refuses: ['0', '0.0', '-1', '5s', '.5', '5.', '1e3', '2147484', 'Infinity']
    .map((text) => [text, `"${text}" is not such a time`]),
});

testValueType("seconds({ zero: 'allowed' })", seconds({ zero: 'allowed' }), {
  reads: [['0', 0], ['0.0', 0], ['30', 30]],
  refuses: [['-0', '"-0" is not such a time']],
});

testValueType('bool()', bool(), {
  reads: [
    ['1', true],
    ['true', true],
    ['yes', true],
    ['YES', true],
    ['0', false],
    ['false', false],
    ['no', false],
    ['False', false],
  ],
  refuses: ['2', 'on', 'y', '01', 'constructor', '__proto__'].map((text) => [text, `"${text}" is neither yes nor no`]),
});
