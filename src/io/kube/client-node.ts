// The one door to @kubernetes/client-node. It is imported lazily: loading the library takes longer than most commands.
export { KubeConfig } from '@kubernetes/client-node';
