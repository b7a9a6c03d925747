/** /api/devices: list, read, allow-list, change (which also confirms a provisional device). */
import { Device, DeviceInput } from '@gaya/protocols/api';
import { Type } from 'typebox';
import { LOCAL_AUTHOR, type App, type RouteContext } from './app-types.ts';
import { found } from './problem.ts';
import { DevicePath, only, refusals } from './schemas.ts';

export function deviceRoutes(app: App, { hub }: RouteContext): void {
  const tags = ['devices'];

  app.get(
    '/api/devices',
    {
      schema: {
        operationId: 'listDevices',
        tags,
        summary: 'All devices',
        response: { 200: Type.Array(Device), ...refusals },
      },
    },
    async () => (await hub.devices.list()).map((device) => only(Device, device)),
  );

  app.get(
    '/api/devices/:deviceId',
    {
      schema: {
        operationId: 'getDevice',
        tags,
        summary: 'One device',
        params: DevicePath,
        response: { 200: Device, ...refusals },
      },
    },
    async (request) => only(Device, found(await hub.devices.byId(request.params.deviceId))),
  );

  app.post(
    '/api/devices',
    {
      schema: {
        operationId: 'createDevice',
        tags,
        summary: 'Allows a device',
        body: DeviceInput,
        response: { 201: Device, ...refusals },
      },
    },
    async (request, reply) => {
      const device = await hub.devices.create(only(DeviceInput, request.body), LOCAL_AUTHOR);
      return reply.code(201).send(only(Device, device));
    },
  );

  app.put(
    '/api/devices/:deviceId',
    {
      schema: {
        operationId: 'updateDevice',
        tags,
        summary: 'Changes a device, confirms a provisional one',
        params: DevicePath,
        body: DeviceInput,
        response: { 200: Device, ...refusals },
      },
    },
    async (request) =>
      only(Device, await hub.devices.update(request.params.deviceId, only(DeviceInput, request.body), LOCAL_AUTHOR)),
  );
}
