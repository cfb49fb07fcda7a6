import type { Scene } from './pictures.ts';

/** An article of the demo's town. Figures and places are made up and say so; people have no names. */
export interface SampleArticle {
  readonly title: string;
  readonly summary: string;
  readonly categoryCode: string;
  /** Position in the town's list of villages; left out where it is the town's own. */
  readonly village?: number;
  readonly scene: Scene;
  readonly body: string;
  /** 三重一大: approving it needs the record of the collective discussion. */
  readonly minutesNo?: string;
}

const SAMPLE = '<p><em>（示例内容，数字和地点均为虚构，仅供演示。）</em></p>';
const p = (...lines: string[]): string => lines.map((line) => `<p>${line}</p>`).join('');
const ul = (...lines: string[]): string => `<ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul>`;
const table = (head: readonly string[], ...rows: (readonly string[])[]): string => {
  const cells = (tag: string, row: readonly string[]): string => row.map((cell) => `<${tag}>${cell}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('');
  return `<table><thead><tr>${cells('th', head)}</tr></thead><tbody>${body}</tbody></table>`;
};

export const SAMPLE_ARTICLES: readonly SampleArticle[] = [
  {
    title: '示例一村10月份财务收支公开',
    summary: '10月份收入41,200元，支出36,850元，月末结余28,640元。',
    categoryCode: 'cw_szqk',
    village: 0,
    scene: 'hall',
    body:
      p('经村务监督委员会审核，现将10月份村集体财务收支情况公开如下。') +
      table(
        ['项目', '收入（元）', '支出（元）'],
        ['集体土地承包费', '26,000', ''],
        ['上级拨付办公经费', '15,200', ''],
        ['村道清扫保洁', '', '12,400'],
        ['自来水管道维修', '', '18,250'],
        ['办公水电', '', '6,200'],
        ['合计', '41,200', '36,850'],
      ) +
      p('有不清楚的地方，可以到村委会查看票据，也可以在公众号回复“投诉”反映。') +
      SAMPLE,
  },
  {
    title: '示例二村第三季度党费收缴情况',
    summary: '应缴党员46名，实缴46名，共收党费1,104元。',
    categoryCode: 'cw_dfsj',
    village: 1,
    scene: 'hall',
    body:
      p('第三季度党费已全部收齐，按党小组公开如下，花名册在党员活动室张贴。') +
      table(
        ['党小组', '党员人数', '金额（元）'],
        ['第一党小组', '17', '408'],
        ['第二党小组', '15', '360'],
        ['第三党小组', '14', '336'],
      ) +
      SAMPLE,
  },
  {
    title: '11月份农村低保金发放公示',
    summary: '本月发放低保金186户312人，低保金已打入社会保障卡。',
    categoryCode: 'cw_shjz',
    scene: 'houses',
    body:
      p('11月份农村最低生活保障金已于本月10日通过社会保障卡发放，分类情况如下。') +
      table(
        ['类别', '户数', '人数', '每人每月（元）'],
        ['一类', '41', '58', '510'],
        ['二类', '83', '146', '410'],
        ['三类', '62', '108', '310'],
      ) +
      p(
        '家里有人生病、出了意外、收入减少，可以随时申请。申请地点：镇便民服务大厅民政窗口；也可以在公众号回复“投诉”后选“求助”。',
      ) +
      SAMPLE,
  },
  {
    title: '示例三村到户产业奖补验收结果公示',
    summary: '验收合格27户，奖补资金共83,500元，公示7天。',
    categoryCode: 'cw_fply',
    village: 2,
    scene: 'cattle',
    body:
      p('镇、村两级对今年申报的到户产业逐户验收，合格27户，情况如下。') +
      table(
        ['产业', '户数', '奖补（元）'],
        ['肉牛养殖', '14', '56,000'],
        ['中蜂养殖', '8', '16,000'],
        ['马铃薯种植', '5', '11,500'],
      ) +
      p('公示期7天。对结果有意见，请在公示期内向村委会或者本公众号反映。') +
      SAMPLE,
  },
  {
    title: '冬季公益性岗位招聘，共12个名额',
    summary: '护林员6名、保洁员6名，优先安排脱贫户和零就业家庭。',
    categoryCode: 'cw_jycy',
    scene: 'forest',
    body:
      p('为帮助不能外出务工的群众就近就业，现招聘冬季公益性岗位人员12名。') +
      ul(
        '护林员6名：身体健康，熟悉当地山林。',
        '保洁员6名：能坚持每天清扫村道。',
        '期限：三个月；报酬：按月打卡发放。',
      ) +
      p('报名：带身份证和户口本到所在村委会登记，本月底截止。') +
      SAMPLE,
  },
  {
    title: '示例五村农村危房改造竣工验收公示',
    summary: '6户全部验收合格，每户补助按D级重建标准发放。',
    categoryCode: 'cw_wfgz',
    village: 4,
    scene: 'houses',
    body:
      p('今年列入改造计划的6户D级危房已全部竣工，经镇村联合验收合格，现予公示。') +
      table(['项目', '结果'], ['计划改造', '6户'], ['竣工验收', '6户'], ['补助资金', '已报县住建部门审核拨付']) +
      SAMPLE,
  },
  {
    title: '示例二村通村道路拓宽土地征用补偿公示',
    summary: '征用旱地4.6亩，补偿款共计128,800元，公示7天。',
    categoryCode: 'cw_tdzy',
    village: 1,
    scene: 'road',
    body:
      p('通村道路拓宽工程涉及征用旱地4.6亩，补偿标准和总额公示如下。') +
      table(['地类', '面积（亩）', '标准（元/亩）', '金额（元）'], ['旱地', '4.6', '28,000', '128,800']) +
      p('分户补偿表在村务公开栏张贴，涉及农户可到村委会核对。') +
      SAMPLE,
  },
  {
    title: '示例六村“一事一议”自来水入户筹资筹劳方案',
    summary: '每户筹资200元、筹劳2个工，村民代表会议已通过。',
    categoryCode: 'cw_ysyy',
    village: 5,
    scene: 'water',
    body:
      p('经村民代表会议讨论通过，今年实施自来水入户改造。') +
      ul(
        '受益农户：94户。',
        '筹资：每户200元；五保户、低保户免交。',
        '筹劳：每户2个工，也可以以资代劳。',
        '财政奖补：按项目批复执行。',
      ) +
      SAMPLE,
  },
  {
    title: '冬季取暖救助煤发放情况公示',
    summary: '向118户困难群众发放取暖煤59吨，每户500公斤。',
    categoryCode: 'cw_jzjj',
    scene: 'snow',
    body:
      p('入冬以来气温明显下降，取暖救助煤已发放到户。') +
      table(
        ['对象', '户数', '数量（吨）'],
        ['特困供养户', '23', '11.5'],
        ['低保一类户', '41', '20.5'],
        ['临时困难户', '54', '27'],
      ) +
      p('烧煤取暖请注意开窗通风，防止煤烟中毒。遇到危险请拨打120。') +
      SAMPLE,
  },
  {
    title: '2026年粮食直补和退耕还林补贴标准',
    summary: '补贴打入“一卡通”，发放前在各村公示栏张贴分户清单。',
    categoryCode: 'cw_lzbt',
    scene: 'fields',
    body:
      p('今年的补贴标准如下，按核实后的面积发放。') +
      table(
        ['项目', '标准（示例）', '发放方式'],
        ['耕地地力保护补贴', '每亩80元', '一卡通'],
        ['退耕还林（第二轮）', '每亩400元', '一卡通'],
      ) +
      p('面积有出入，请在公示期内到村委会申请复核。') +
      SAMPLE,
  },
  {
    title: '示例一村召开村民代表会议商议冬季清沟',
    summary: '会议商定12月上旬清理排水沟，每组出工一天。',
    categoryCode: 'cw_zdhd',
    village: 0,
    scene: 'hall',
    body:
      p('会议到会村民代表31人，讨论并通过冬季清沟安排。') +
      ul(
        '时间：12月上旬，具体日期由各组通知。',
        '分工：每组清理本组路段，村委会备工具。',
        '困难：有病、外出的户可以请人代工。',
      ) +
      SAMPLE,
  },
  {
    title: '城乡居民医保怎么缴：三种办法都行',
    summary: '手机缴、银行缴、到大厅缴，12月31日前缴清。',
    categoryCode: 'zw_bszn',
    scene: 'hall',
    body:
      p('明年的城乡居民基本医疗保险正在集中缴费，12月31日截止。') +
      ul(
        '手机缴：微信里找“社保缴费”，按提示输入。',
        '银行缴：带身份证到镇上的银行网点。',
        '大厅缴：带身份证到镇便民服务大厅医保窗口，工作人员帮您缴。',
      ) +
      p('低保户、特困户由财政代缴或者补助，不用先垫钱。忘了缴会影响住院报销。') +
      SAMPLE,
  },
  {
    title: '冬季饲草料补贴开始申报',
    summary: '养牛5头以上的农户可以申报，本月25日到30日登记。',
    categoryCode: 'zw_snhn',
    scene: 'cattle',
    body:
      p('为减轻养殖户冬季负担，现开始申报饲草料补贴。') +
      ul(
        '对象：存栏肉牛5头以上的农户。',
        '材料：身份证、一卡通、防疫证明。',
        '登记：到所在村委会，村里统一报镇畜牧站核实。',
      ) +
      p('件件有公示：核实结果先在村里张榜，再在这里公开。') +
      SAMPLE,
  },
  {
    title: '寒潮来了：防冻、防滑、防煤烟中毒',
    summary: '未来三天降温8到10度，请照顾好老人、孩子和牲畜。',
    categoryCode: 'zw_qzly',
    scene: 'snow',
    body:
      p('气象部门预报未来三天大幅降温并有小雪，请大家做好准备。') +
      ul(
        '水管包好保温层，夜里让水龙头留一点细流。',
        '烧煤取暖要装烟囱、留窗缝。',
        '雪天出门走慢一点，骑车的改步行。',
        '牛羊圈舍堵好风口，备足草料。',
      ) +
      p('独居老人由网格员每天看望；需要帮忙，在公众号回复“投诉”选“求助”。') +
      SAMPLE,
  },
  {
    title: '村级文化广场维修资金使用情况',
    summary: '会议研究决定安排186,000元维修三处文化广场。',
    categoryCode: 'zw_dezj',
    scene: 'hall',
    minutesNo: '示例〔2026〕18号',
    body:
      p('经集体研究，安排186,000元维修三处村级文化广场，用于地面、照明和健身器材。') +
      table(['地点', '金额（元）'], ['示例一村', '62,000'], ['示例四村', '71,000'], ['示例九村', '53,000']) +
      SAMPLE,
  },
  {
    title: '举报箱位置和举报电话',
    summary: '举报干部违纪可以打12388，也可以投举报箱或者在公众号提交。',
    categoryCode: 'zw_jbxx',
    scene: 'hall',
    body:
      p('反映党员干部违纪违法问题，可以用下面的办法，都会保密。') +
      ul(
        '电话：12388。',
        '举报箱：镇政府大门东侧，纪检人员每周开箱。',
        '公众号：回复“投诉”，选“5 举报”，不用留姓名。',
      ) +
      SAMPLE,
  },
];
