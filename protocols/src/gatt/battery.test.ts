import fc from 'fast-check';
import { describeCodecLaws } from '../testing/codec-laws.ts';
import { batteryLevel } from './battery.ts';

describeCodecLaws(batteryLevel, { values: fc.record({ percent: fc.nat(100) }), cut: 'bad-length', flagOctets: 0 });
