/** Bindings: which patient a device (or a user slot of it) belonged to, from when to when, and since when that is known. */
import { Binding, BindingInput, EndBinding, Instant } from '@gaya/protocols/api';
import { Type } from 'typebox';
import { LOCAL_AUTHOR, type App, type RouteContext } from './app-types.ts';
import { found } from './problem.ts';
import { BindingPath, DevicePath, only, PatientPath, refusals } from './schemas.ts';

/** As it was believed at that time; absent: now. */
const KnownAt = Type.Object({ knownAt: Type.Optional(Instant) });

export function bindingRoutes(app: App, { hub }: RouteContext): void {
  const tags = ['bindings'];
  const list = { response: { 200: Type.Array(Binding), ...refusals } };

  app.post(
    '/api/bindings',
    {
      schema: {
        operationId: 'createBinding',
        tags,
        summary: 'Gives a device to a patient',
        body: BindingInput,
        response: { 201: Binding, ...refusals },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await hub.decisions.bind(only(BindingInput, request.body), LOCAL_AUTHOR)),
  );

  app.post(
    '/api/bindings/:bindingId/end',
    {
      schema: {
        operationId: 'endBinding',
        tags,
        summary: 'Ends a binding',
        params: BindingPath,
        body: EndBinding,
        response: { 200: Binding, ...refusals },
      },
    },
    (request) => hub.decisions.endBinding(request.params.bindingId, request.body.to, LOCAL_AUTHOR),
  );

  app.get(
    '/api/devices/:deviceId/bindings',
    {
      schema: {
        operationId: 'listBindingsOfDevice',
        tags,
        summary: 'Whose a device was',
        params: DevicePath,
        querystring: KnownAt,
        ...list,
      },
    },
    async (request) => {
      found(await hub.devices.byId(request.params.deviceId));
      return hub.bindings.ofDevice(request.params.deviceId, request.query);
    },
  );

  app.get(
    '/api/patients/:patientId/bindings',
    {
      schema: {
        operationId: 'listBindingsOfPatient',
        tags,
        summary: 'Which devices a patient had',
        params: PatientPath,
        querystring: KnownAt,
        ...list,
      },
    },
    async (request) => {
      found(await hub.patients.byId(request.params.patientId));
      return hub.bindings.ofPatient(request.params.patientId, request.query);
    },
  );
}
