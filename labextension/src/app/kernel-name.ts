/** The kernelspec's folder, which `covey jupyter install` writes. */
export const KERNEL_NAME = 'covey';
