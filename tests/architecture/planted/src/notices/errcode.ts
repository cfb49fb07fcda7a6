// Planted: decides by numbers of the platform (also 40059), which only src/wechat may know.
export const needsContact = (errcode: number): boolean => errcode === 45_015 || errcode === 48001;
export const words = '错误码 45199';
