import type { Routes } from '@angular/router';

const routes: Routes = [{ path: '', loadComponent: () => import('./unassigned-page.ts') }];
export default routes;
