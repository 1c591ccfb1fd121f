// The types of tasks of the team, and the steps of each.

export const TASKS = {
  fix: ['find the cause', 'change the line'],
  refactor: ['find what is alike', 'put it into one place', 'use it everywhere'],
  document: ['describe what it does'],
};
