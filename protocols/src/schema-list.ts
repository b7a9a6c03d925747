/** The schemas that are committed as JSON in schemas/: what other programs build on, so that a change is seen in review. */
import * as api from './api/index.ts';
import * as messages from './messages/index.ts';

/** JSON Schema by file name, without ending. */
export const committedSchemas: Readonly<Record<string, object>> = {
  'messages/frames.v1': messages.FramesMessage,
  'messages/acks.v1': messages.AckMessage,
  'messages/commands.v1': messages.CommandMessage,
  'messages/gateway-status.v1': messages.GatewayStatus,
  'api/reading': api.ApiReading,
  'api/explanation': api.Explanation,
  'api/file-reading': api.FileReading,
  'api/set-aside': api.SetAside,
  'api/restore-reading': api.RestoreReading,
  'api/correct-reading': api.CorrectReading,
  'api/manual-reading': api.ManualReading,
  'api/series': api.Series,
  'api/patient': api.Patient,
  'api/patient-input': api.PatientInput,
  'api/patient-create': api.PatientCreate,
  'api/device': api.Device,
  'api/device-input': api.DeviceInput,
  'api/binding': api.Binding,
  'api/binding-input': api.BindingInput,
  'api/end-binding': api.EndBinding,
  'api/gateway': api.Gateway,
  'api/gateway-input': api.GatewayInput,
  'api/gateway-created': api.GatewayCreated,
  'api/worklist': api.Worklist,
  'api/health': api.Health,
  'api/feed-event': api.FeedEvent,
  'api/problem': api.Problem,
};

/** The text of a schema's file. */
export function schemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
