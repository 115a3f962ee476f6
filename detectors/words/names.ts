/** Chinese names of people directly beside a number: contact lists are written so. */

/** The hundred most frequent surnames, nine people of ten; those that begin many names of towns are left out. */
const SURNAMES =
  '王李张刘陈杨赵吴周徐孙朱胡郭何林罗梁宋谢唐韩冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方姚谭廖邹熊金陆郝孔白崔康毛邱秦史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文';
/** Ends of names of places and things, and of labels; no given name has them. */
const NO_GIVEN = '州市县区省镇乡村路街号码元年月日时分秒次条个件张本页行列表格类型总是的了在和与或为到被把给请打于已未不';
const NAME = `[${SURNAMES}](?:(?![${NO_GIVEN}])\\p{Script=Han}){1,2}`;
/** One sign or blank and a quote at either side of it, as in cells. */
const APART = `["'”’）)]?(?:[ \\t]{0,2}[,，、;；:：|\\t(（][ \\t]{0,2}| {1,2})?["'“‘（(]?`;
const BEFORE = new RegExp(`(?<!\\p{Script=Han})${NAME}(?:先生|女士|老师|经理|主任|医生)?${APART}$`, 'u');
const BEHIND = new RegExp(`^${APART}${NAME}(?:先生|女士|老师|经理|主任|医生)?(?!\\p{Script=Han})`, 'u');

/** No name with its title and signs is longer. */
const REACH = 16;

export function isBesideName({ left, right }: { readonly left: string; readonly right: string }): boolean {
  return BEFORE.test(left.slice(-REACH)) || BEHIND.test(right.slice(0, REACH));
}
