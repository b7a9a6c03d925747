import { Component } from '@angular/core';
@Component({ selector: 'app-patient-page', template: '<h1 tabindex="-1">patient</h1>' })
export default class Page {}
