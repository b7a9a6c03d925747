import { Component } from '@angular/core';
@Component({ selector: 'app-unassigned-page', template: '<h1 tabindex="-1">unassigned</h1>' })
export default class Page {}
