/** Types that every route file needs. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { HubBroker } from '../broker/hub-broker.ts';
import type { Hub } from '../hub.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What routes work with. */
export interface RouteContext {
  readonly hub: Hub;
  readonly broker: Pick<HubBroker, 'kind' | 'connected'>;
  /** UTC ms. */
  readonly clock: () => number;
  /** Version of the product. */
  readonly version: string;
}

/** Author of decisions until there is sign-in. */
export const LOCAL_AUTHOR = 'local';
