import { expect, it } from 'vitest';
import { Checksum } from '../../src/market-data/checksum.ts';
import { fc } from '../support/properties.ts';

function checksumOf(...parts: readonly Uint8Array[]): string {
  const checksum = new Checksum();
  for (const part of parts) checksum.add(part);
  return checksum.value();
}

const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });

it('a checksum is of the bytes, however they were cut', () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.nat()), (whole, places) => {
      const cuts = [0, ...places.map((place) => place % whole.length), whole.length].sort((a, b) => a - b);
      const parts = cuts.slice(1).map((end, index) => whole.subarray(cuts[index], end));
      expect(checksumOf(...parts)).toBe(checksumOf(whole));
    }),
  );
});

it('a checksum tells a changed bit, a byte more, a byte less and bytes that changed places', () => {
  fc.assert(
    fc.property(bytes, fc.nat(), (whole, place) => {
      const sum = checksumOf(whole);
      const changed = whole.slice();
      const at = place % whole.length;
      changed[at]! ^= 1 << (place % 8);
      expect(checksumOf(changed)).not.toBe(sum);
      expect(checksumOf(whole, new Uint8Array(1))).not.toBe(sum);
      expect(checksumOf(whole.subarray(1))).not.toBe(sum);
      const turned = whole.slice().reverse();
      if (!Buffer.from(turned).equals(whole)) expect(checksumOf(turned)).not.toBe(sum);
    }),
  );
});
