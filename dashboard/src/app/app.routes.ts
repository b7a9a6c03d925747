import type { Routes } from '@angular/router';

/** `title` is a key of the dictionary (core/page-title.ts). */
export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'worklist' },
  { path: 'worklist', title: 'title.worklist', loadChildren: () => import('./features/worklist/routes.ts') },
  { path: 'patients/:patientId', title: 'title.patient', loadChildren: () => import('./features/patient/routes.ts') },
  { path: 'unassigned', title: 'title.unassigned', loadChildren: () => import('./features/unassigned/routes.ts') },
  { path: 'devices', title: 'title.devices', loadChildren: () => import('./features/devices/routes.ts') },
  { path: '**', title: 'title.notFound', loadComponent: () => import('./core/shell/not-found.ts') },
];
