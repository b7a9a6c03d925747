/** /api/gateways: list, register. */
import { Gateway, GatewayCreated, GatewayInput } from '@gaya/protocols/api';
import { Type } from 'typebox';
import { LOCAL_AUTHOR, type App, type RouteContext } from './app-types.ts';
import { only, refusals } from './schemas.ts';

export function gatewayRoutes(app: App, { hub }: RouteContext): void {
  const tags = ['gateways'];

  app.get(
    '/api/gateways',
    {
      schema: {
        operationId: 'listGateways',
        tags,
        summary: 'All gateways',
        response: { 200: Type.Array(Gateway), ...refusals },
      },
    },
    () => hub.gateways.list(),
  );

  app.post(
    '/api/gateways',
    {
      schema: {
        operationId: 'createGateway',
        tags,
        summary: 'Registers a gateway; its secret is told only here',
        body: GatewayInput,
        response: { 201: GatewayCreated, ...refusals },
      },
    },
    async (request, reply) => {
      const { gateway, secret } = await hub.gateways.create(only(GatewayInput, request.body), LOCAL_AUTHOR);
      return reply.code(201).send({ ...gateway, secret });
    },
  );
}
