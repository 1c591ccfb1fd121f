// Node's own import, every time: vitest imports a module once and keeps it, which an instrumentation attached later does not see.
module.exports = (name) => import(name);
