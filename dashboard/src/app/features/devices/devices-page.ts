import { Component } from '@angular/core';
@Component({ selector: 'app-devices-page', template: '<h1 tabindex="-1">devices</h1>' })
export default class Page {}
