/** What tests use of `@jupyterlab/services` where that is not installed. */
interface IMessage {
  readonly header: { readonly msg_type: string };
}

export const KernelMessage = {
  createMessage: ({ msgType, ...message }: { msgType: string }): object => ({
    ...message,
    header: { msg_type: msgType },
  }),
  isCommMsgMsg: ({ header }: IMessage): boolean => header.msg_type === 'comm_msg',
  isCommCloseMsg: ({ header }: IMessage): boolean => header.msg_type === 'comm_close',
};
