import type { Routes } from '@angular/router';

const routes: Routes = [{ path: '', loadComponent: () => import('./patient-page.ts') }];
export default routes;
