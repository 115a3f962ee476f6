/** Chinese business prose, made by seed: common words by their rank, with the dates, amounts and clause numbers that prose has. */
import { lines, seeded, type Seeded } from './seeded.js';

const WORDS = (
  '的 了 在 是 和 有 对 我们 为 不 将 与 及 等 中 并 公司 上 工作 可以 进行 项目 这 也 就 由 被 从 到 以 已 要 本 该 其 所 或 但 通过 情况 问题 需要 完成 系统 部门 管理 相关 客户 时间 要求 按照 根据 ' +
  '服务 数据 提供 合同 使用 同时 目前 主要 发展 技术 市场 产品 安全 信息 负责 人员 单位 业务 计划 会议 内容 方面 以及 建议 支持 标准 加强 提高 质量 流程 审批 报告 财务 人事 采购 供应商 交付 验收 付款 ' +
  '双方 甲方 乙方 协议 条款 责任 义务 权利 违约 期限 生效 附件 签字 盖章 办公室 经理 领导 同事 团队 培训 考核 绩效 预算 成本 费用 发票 税率 增长 下降 同比 环比 季度 年度 本周 下周 上月 网络 设备 服务器 ' +
  '软件 版本 测试 上线 部署 故障 处理 恢复 备份 监控 权限 用户 账户 登录 密码 邮件 附上 请 查收 确认 回复 谢谢 您好 关于 通知 如下 因此 然而 虽然 尽管 否则 此外 例如 总之 北京 上海 深圳 广州 杭州 成都 ' +
  '仓库 物流 运输 订单 库存 生产 车间 工艺 检验 合格 整改 措施 落实 推进 协调 沟通 汇报 总结 分析 研究 讨论 决定 批准 执行 监督 检查 评估 风险 控制 优化 创新 战略 目标 实现 国际化 可持续 基础设施'
).split(' ');
const MARKS = ['，', '，', '，', '、', '；', '：'];

function figure(chance: Seeded): string {
  const { below } = chance;
  switch (below(8)) {
    case 0:
      return `${2015 + below(11)}年${1 + below(12)}月${1 + below(28)}日`;
    case 1:
      return `${1 + below(980)},${chance.digits(3)}.${chance.digits(2)}元`;
    case 2:
      return `第${1 + below(60)}条`;
    case 3:
      return `${below(100)}.${below(10)}%`;
    case 4:
      return `${2015 + below(11)}年度`;
    case 5:
      return `V${below(12)}.${below(30)}`;
    case 6:
      return `（${1 + below(9)}）`;
    default:
      return `${2 + below(400)}项`;
  }
}

function sentence(chance: Seeded): string {
  let text = '';
  const length = 6 + chance.below(20);
  for (let i = 0; i < length; i++) {
    text += chance.skewed(WORDS);
    if (i > 1 && i < length - 2 && chance.once(6)) text += chance.pick(MARKS);
  }
  if (chance.once(4)) text += figure(chance);
  return `${text}${chance.once(15) ? '？' : '。'}`;
}

export function chinese(bytes: number, seed: number): Buffer {
  return lines(bytes, chineseLine(seeded(seed)));
}

export function chineseLine(chance: Seeded): () => string {
  return () => {
    let line = '';
    for (let i = 1 + chance.below(5); i > 0; i--) line += sentence(chance);
    return line;
  };
}
