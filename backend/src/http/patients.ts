/** /api/patients: list, read, create, change. */
import { Patient, PatientCreate, PatientInput } from '@gaya/protocols/api';
import { isZone } from '@gaya/protocols/time/local-time';
import { Type } from 'typebox';
import { LOCAL_AUTHOR, type App, type RouteContext } from './app-types.ts';
import { found, ProblemError } from './problem.ts';
import { only, PatientPath, refusals } from './schemas.ts';

export function patientRoutes(app: App, { hub }: RouteContext): void {
  const tags = ['patients'];

  app.get(
    '/api/patients',
    {
      schema: {
        operationId: 'listPatients',
        tags,
        summary: 'All patients',
        response: { 200: Type.Array(Patient), ...refusals },
      },
    },
    async () => (await hub.patients.list()).map((patient) => only(Patient, patient)),
  );

  app.get(
    '/api/patients/:patientId',
    {
      schema: {
        operationId: 'getPatient',
        tags,
        summary: 'One patient',
        params: PatientPath,
        response: { 200: Patient, ...refusals },
      },
    },
    async (request) => only(Patient, found(await hub.patients.byId(request.params.patientId))),
  );

  app.post(
    '/api/patients',
    {
      schema: {
        operationId: 'createPatient',
        tags,
        summary: 'Adds a patient',
        body: PatientCreate,
        response: { 201: Patient, ...refusals },
      },
    },
    async (request, reply) => {
      const { fictional = false } = request.body;
      checkZone(request.body);
      const patient = await hub.patients.create(only(PatientInput, request.body), LOCAL_AUTHOR, { fictional });
      return reply.code(201).send(only(Patient, patient));
    },
  );

  app.put(
    '/api/patients/:patientId',
    {
      schema: {
        operationId: 'updatePatient',
        tags,
        summary: 'Changes a patient; the earlier version is kept',
        params: PatientPath,
        body: PatientInput,
        response: { 200: Patient, ...refusals },
      },
    },
    async (request) => {
      const input = only(PatientInput, request.body);
      checkZone(input);
      return only(Patient, await hub.patients.update(request.params.patientId, input, LOCAL_AUTHOR));
    },
  );
}

/** @throws {ProblemError} unknown-zone: device time stamps are local, so a wrong zone would move readings */
function checkZone({ zone }: PatientInput): void {
  if (!isZone(zone)) throw new ProblemError(422, 'unknown-zone', [{ pointer: '/zone', code: 'unknown-zone' }]);
}
