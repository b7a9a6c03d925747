import type { Routes } from '@angular/router';

const routes: Routes = [{ path: '', loadComponent: () => import('./devices-page.ts') }];
export default routes;
