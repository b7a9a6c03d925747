/** The in-process transport: the host's end of a controller in the same process. */
import type { VirtualController } from './controller.ts';
import type { Scheduler } from './scheduler.ts';

/** H4 packets in and out, as the gateway's port for HCI transports wants them. */
export interface VirtualHci {
  send(packet: Uint8Array): void;
  onPacket(listener: (packet: Uint8Array) => void): void;
  onClose(listener: () => void): void;
  /** The host lets go of the controller: its links drop as by a power cut. */
  close(): void;
  /** The controller is pulled out: the host is told by `onClose`. */
  unplug(): void;
}

/** Packets never arrive within the call that sends them: hosts are not written for that. */
export function createVirtualHci(controller: VirtualController, scheduler: Scheduler): VirtualHci {
  const packetListeners: ((packet: Uint8Array) => void)[] = [];
  const closeListeners: (() => void)[] = [];
  let open = true;
  const later = batched(scheduler, (packet) => {
    if (open) for (const listener of packetListeners) listener(packet);
  });
  const toController = batched(scheduler, (packet) => {
    if (open) controller.receive(packet);
  });
  controller.attachHost(later);

  const shut = () => {
    if (!open) return false;
    open = false;
    controller.detachHost();
    return true;
  };
  return {
    send: (packet) => toController(Buffer.from(packet)),
    onPacket: (listener) => void packetListeners.push(listener),
    onClose: (listener) => void closeListeners.push(listener),
    close: () => void shut(),
    unplug: () => {
      if (shut()) for (const listener of closeListeners) listener();
    },
  };
}

/** Hands on everything that was given in this turn in the next one, in order. */
function batched(scheduler: Scheduler, deliver: (packet: Uint8Array) => void): (packet: Uint8Array) => void {
  let waiting: Uint8Array[] = [];
  const flush = () => {
    const batch = waiting;
    waiting = [];
    for (const packet of batch) deliver(packet);
  };
  return (packet) => {
    waiting.push(packet);
    if (waiting.length === 1) scheduler.setImmediate(flush);
  };
}
