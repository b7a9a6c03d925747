import { describe, expect, it } from 'vitest';
import { PairingFailure, SmpResponder } from './smp-responder.ts';
import { c1, s1 } from './smp-crypto.ts';

/** Octets as they are written in the specification, most significant first. */
const spec = (text: string) => Buffer.from(text, 'hex').reverse();

/** @see Bluetooth Core 5.4 Vol 3 Part H §2.2.3 (sample data) */
const ADDRESSES = {
  initiatorType: 1,
  initiator: spec('a1a2a3a4a5a6'),
  responderType: 0,
  responder: spec('b1b2b3b4b5b6'),
};
const SAMPLE = { ...ADDRESSES, request: spec('07071000000101'), response: spec('05000800000302') };

describe('legacy pairing functions', () => {
  it('give the confirm value of the specification', () => {
    const random = spec('5783d52156ad6f0e6388274ec6702ee0');
    expect(c1(Buffer.alloc(16), random, SAMPLE)).toEqual(spec('1e1e3fef878988ead2a74dc5bef13b86'));
  });

  it('give the short term key of the specification', () => {
    const responderRandom = spec('000f0e0d0c0b0a091122334455667788');
    const initiatorRandom = spec('010203040506070899aabbccddeeff00');
    const key = spec('9a1fe1f0e8b0f49b5b4216ae796da062');
    expect(s1(Buffer.alloc(16), responderRandom, initiatorRandom)).toEqual(key);
  });
});

const REQUEST = Buffer.from('01030001100001', 'hex');
const RESPONSE = Buffer.from('02030000100000', 'hex');
const INITIATOR_RANDOM = Buffer.alloc(16, 0x11);
const RESPONDER_RANDOM = Buffer.alloc(16, 0x22);

function rig(policy: 'just-works' | 'reject' = 'just-works') {
  const sent: Buffer[] = [];
  const responder = new SmpResponder({
    policy,
    addresses: ADDRESSES,
    random: () => RESPONDER_RANDOM,
    send: (pdu) => sent.push(Buffer.from(pdu)),
  });
  const context = { ...ADDRESSES, request: REQUEST, response: RESPONSE };
  const confirm = (random: Buffer) => Buffer.concat([Buffer.of(3), c1(Buffer.alloc(16), random, context)]);
  return { responder, sent, confirm };
}

const NO_RANDOM = Buffer.alloc(8);
const failure = (reason: number) => Buffer.of(5, reason);

describe('SMP responder', () => {
  it('announces Just Works without bonding and gives no keys', () => {
    const { responder, sent } = rig();
    responder.receive(REQUEST);
    expect(sent).toEqual([RESPONSE]);
  });

  it('agrees on the short term key', () => {
    const { responder, sent, confirm } = rig();
    responder.receive(REQUEST);
    responder.receive(confirm(INITIATOR_RANDOM));
    responder.receive(Buffer.concat([Buffer.of(4), INITIATOR_RANDOM]));
    expect(sent.slice(1)).toEqual([confirm(RESPONDER_RANDOM), Buffer.concat([Buffer.of(4), RESPONDER_RANDOM])]);
    const key = s1(Buffer.alloc(16), RESPONDER_RANDOM, INITIATOR_RANDOM);
    expect(responder.keyFor(NO_RANDOM, 0)).toEqual(key);
  });

  it('has no key for a bond, since it keeps none', () => {
    const { responder, confirm } = rig();
    responder.receive(REQUEST);
    responder.receive(confirm(INITIATOR_RANDOM));
    responder.receive(Buffer.concat([Buffer.of(4), INITIATOR_RANDOM]));
    expect(responder.keyFor(NO_RANDOM, 7)).toBeNull();
    expect(responder.keyFor(Buffer.alloc(8, 1), 0)).toBeNull();
  });

  it('fails when the random value does not fit the confirm value', () => {
    const { responder, sent, confirm } = rig();
    responder.receive(REQUEST);
    responder.receive(confirm(INITIATOR_RANDOM));
    responder.receive(Buffer.concat([Buffer.of(4), RESPONDER_RANDOM]));
    expect(sent.at(-1)).toEqual(failure(PairingFailure.confirmValueFailed));
    expect(responder.keyFor(NO_RANDOM, 0)).toBeNull();
  });

  it('rejects pairing when the device does', () => {
    const { responder, sent } = rig('reject');
    responder.receive(REQUEST);
    expect(sent).toEqual([failure(PairingFailure.pairingNotSupported)]);
  });

  it.each([
    ['a message out of turn', Buffer.concat([Buffer.of(4), INITIATOR_RANDOM]), PairingFailure.unspecified],
    ['a message that is too short', Buffer.of(3, 1), PairingFailure.invalidParameters],
    ['an unknown message', Buffer.of(0x0c), PairingFailure.commandNotSupported],
  ])('fails on %s', (_, pdu, reason) => {
    const { responder, sent } = rig();
    responder.receive(pdu);
    expect(sent).toEqual([failure(reason)]);
  });

  it('takes an empty message and a failure of the peer in silence', () => {
    const { responder, sent } = rig();
    responder.receive(Buffer.alloc(0));
    responder.receive(failure(1));
    expect(sent).toEqual([]);
  });
});
