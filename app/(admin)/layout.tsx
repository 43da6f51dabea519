export { default } from '../(member)/layout';
