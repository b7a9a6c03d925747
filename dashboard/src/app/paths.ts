/** Every address of the dashboard itself. Angular's routes are untyped: links are built here. */
export const paths = {
  worklist: '/worklist',
  unassigned: '/unassigned',
  devices: '/devices',
  patient: (patientId: string): string[] => ['/patients', patientId],
} as const;
