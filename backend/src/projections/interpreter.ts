/** The pure middle of the path as the projection needs it. A port, so that a test can change a codec under stored frames. */
import { interpretFrame, openSession, type Outcome, type SessionFrame } from '@gaya/protocols/interpret/session';

export type { Outcome, SessionFrame };

/** What `interpret` knows of a session before its first frame. */
interface SessionContext {
  readonly zone: string;
  readonly provisional: boolean;
}

export interface Interpreter<State = unknown> {
  open(context: SessionContext): State;
  /** Pure. Octets that can't be decoded are an outcome; anything thrown is a bug, and the frame is recorded as failed. */
  interpret(state: State, frame: SessionFrame): { readonly state: State; readonly outcomes: readonly Outcome[] };
}

/** Hides the state's type from those who only hand it on. */
function opaque<State>(interpreter: Interpreter<State>): Interpreter {
  return interpreter;
}

export const protocolsInterpreter = opaque({ open: openSession, interpret: interpretFrame });
