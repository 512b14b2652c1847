// Everything that a fuzz run goes through.

import { addressLists } from './address-lists.ts';
import { addresses } from './addresses.ts';
import { forms } from './forms.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { headerScan } from './header-scan.ts';
import { reports } from './reports.ts';
import { wholeWay } from './whole-way.ts';
import { xMq } from './x-mq.ts';

/** In this order. */
export const TARGETS: readonly FuzzTarget[] = [headerScan, addresses, addressLists, xMq, reports, forms, wholeWay];
