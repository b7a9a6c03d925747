import type { Routes } from '@angular/router';

const routes: Routes = [{ path: '', loadComponent: () => import('./worklist-page.ts') }];
export default routes;
