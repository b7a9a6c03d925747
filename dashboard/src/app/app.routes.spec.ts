import { routes } from './app.routes.ts';
import { en } from './core/i18n/en.ts';

describe('routes', () => {
  it('have a title that the dictionary knows, so that the tab speaks the language of the screen', () => {
    const titles = routes.filter((route) => route.redirectTo === undefined).map((route) => route.title);
    expect(titles.filter((title) => typeof title !== 'string' || !Object.hasOwn(en, title))).toEqual([]);
  });

  it('load every page only when it is opened', () => {
    expect(routes.filter((r) => r.redirectTo === undefined && !r.loadChildren && !r.loadComponent)).toEqual([]);
  });
});
