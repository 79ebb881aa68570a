/** The package's types are those of the contract, `api.d.ts`: each can stand for the other. */
import type * as Contract from './api.js'
import type * as NodeContract from './api-node.js'
import type * as Package from 'imagine-x402'
import type * as Proxies from 'imagine-x402/proxy'
import type * as NodePackage from 'imagine-x402/node'
import type * as Url from 'imagine-x402/url'
import type * as ProxyContract from './proxy.js'

/**
 * `true` when both are assignable to each other and no member is in one alone, not even an optional one; else what is
 * not so.
 */
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? Identical<A, B> extends true
      ? true
      : { notIdentical: [A, B] }
    : { theContractIsNo: A }
  : { thePackageIsNo: B }

/** The compiler's own identity, member by member. */
type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles for `true` alone. */
const check = <_ extends true>(): void => {}

check<Same<Package.Address, Contract.Address>>()
check<Same<Package.Hex, Contract.Hex>>()
check<Same<Package.Network, Contract.Network>>()
check<Same<Package.Money, Contract.Money>>()
check<Same<Package.Asset, Contract.Asset>>()
check<Same<Package.GenerateRequest, Contract.GenerateRequest>>()
check<Same<Package.CallOptions, Contract.CallOptions>>()
check<Same<Package.WaitOptions, Contract.WaitOptions>>()
check<Same<Package.SaveOptions, Contract.SaveOptions>>()
check<Same<Package.ResumeOptions, Contract.ResumeOptions>>()
check<Same<Package.GenerateOptions, Contract.GenerateOptions>>()
check<Same<Package.Config, Contract.Config>>()
check<Same<Package.BudgetOptions, Contract.BudgetOptions>>()
check<Same<Package.StoredPurchase, Contract.StoredPurchase>>()
check<Same<Package.StoreHold, Contract.StoreHold>>()
check<Same<Package.StoreFilter, Contract.StoreFilter>>()
check<Same<Package.StoreChange, Contract.StoreChange>>()
check<Same<Package.Store, Contract.Store>>()
check<Same<Package.WalletLike, Contract.WalletLike>>()
check<Same<Package.Eip1193Provider, Contract.Eip1193Provider>>()
check<Same<Package.WalletInfo, Contract.WalletInfo>>()
check<Same<Package.Quote, Contract.Quote>>()
check<Same<Package.PricedQuote, Contract.PricedQuote>>()
check<Same<Package.FreeQuote, Contract.FreeQuote>>()
check<Same<Package.JsonType, Contract.JsonType>>()
check<Same<Package.RequestSchema, Contract.RequestSchema>>()
check<Same<Package.RequestParameter, Contract.RequestParameter>>()
check<Same<Package.RequestProblem, Contract.RequestProblem>>()
check<Same<Package.TaskStatus, Contract.TaskStatus>>()
check<Same<Package.Media, Contract.Media>>()
check<Same<Package.Generation, Contract.Generation>>()
check<Same<Package.KeptGeneration, Contract.KeptGeneration>>()
check<Same<Package.Receipt, Contract.Receipt>>()
check<Same<Package.TaskRecord, Contract.TaskRecord>>()
check<Same<Package.BudgetState, Contract.BudgetState>>()
check<Same<Package.Task, Contract.Task>>()
check<Same<Package.TaskSnapshot, Contract.TaskSnapshot>>()
check<Same<Package.ImagineEvent, Contract.ImagineEvent>>()
check<Same<Package.Paid, Contract.Paid>>()
check<Same<Package.ErrorCode, Contract.ErrorCode>>()
check<Same<Package.ImagineError, Contract.ImagineError>>()
check<Same<Package.AnyImagineError, Contract.AnyImagineError>>()
check<Same<Package.ErrorDetails, Contract.ErrorDetails>>()
check<Same<Package.PaymentFacts, Contract.PaymentFacts>>()
check<Same<Package.FoundWallet, Contract.FoundWallet>>()
check<Same<Package.WalletLink, Contract.WalletLink>>()
check<Same<Package.NoWalletDetails, Contract.NoWalletDetails>>()
check<Same<Package.ChoiceDetails, Contract.ChoiceDetails>>()
check<Same<Package.PromptDetails, Contract.PromptDetails>>()
check<Same<Package.ClockDetails, Contract.ClockDetails>>()
check<Same<Package.OffersDetails, Contract.OffersDetails>>()
check<Same<Package.ProblemsDetails, Contract.ProblemsDetails>>()
check<Same<Package.PriceDetails, Contract.PriceDetails>>()
check<Same<Package.BudgetDetails, Contract.BudgetDetails>>()
check<Same<Package.FundsDetails, Contract.FundsDetails>>()
check<Same<Package.RecordDetails, Contract.RecordDetails>>()
check<Same<Package.ReasonDetails, Contract.ReasonDetails>>()
check<Same<Package.ServiceWords, Contract.ServiceWords>>()
check<Same<Package.WalletWords, Contract.WalletWords>>()
check<Same<Package.WalletHolder, Contract.WalletHolder>>()
check<Same<Package.WalletConnector, Contract.WalletConnector>>()
check<Same<Package.WalletSender, Contract.WalletSender>>()
check<Same<Package.Client, Contract.Client>>()

/** What can be imported, by name: no more and no less than the contract, from every entry. */
type Values<T> = { -readonly [K in keyof T]: T[K] }
type Functions = Exclude<keyof typeof Contract, 'ImagineError'>
check<Same<keyof typeof Package, keyof typeof Contract>>()
check<Same<keyof typeof Url, keyof typeof Contract>>()
check<Same<Pick<Values<typeof Package>, Functions>, Pick<Values<typeof Contract>, Functions>>>()

check<Same<Proxies.ProxyOptions, ProxyContract.ProxyOptions>>()
check<Same<Proxies.ProxiedRequest, ProxyContract.ProxiedRequest>>()
check<Same<Values<typeof Proxies>, Values<typeof ProxyContract>>>()
/** The entry for Node. */
check<Same<NodePackage.SigningAccount, NodeContract.SigningAccount>>()
check<Same<NodePackage.AccountOptions, NodeContract.AccountOptions>>()
check<Same<keyof typeof NodePackage, keyof typeof NodeContract>>()
check<Same<Values<typeof NodePackage>, Values<typeof NodeContract>>>()

/** The check itself fails for what is not the same. */
// @ts-expect-error -- a number is no string
check<Same<Package.Money, Omit<Contract.Money, 'amount'> & { amount: number }>>()
// @ts-expect-error -- one member is missing
check<Same<Package.Money, Contract.Money & { more: string }>>()
// @ts-expect-error -- one member is too many
check<Same<Package.Money & { more: string }, Contract.Money>>()
// @ts-expect-error -- an optional member is too many
check<Same<Package.Money & { more?: string }, Contract.Money>>()
// @ts-expect-error -- one member may be missing
check<Same<Package.Media, Omit<Contract.Media, 'mimeType'> & { mimeType: string | undefined }>>()
